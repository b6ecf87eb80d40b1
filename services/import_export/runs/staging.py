"""A file as it is staged: a child reads and maps its rows, customers say whom each would meet."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from servicekit.database import UnitOfWork
from servicekit.jobs import Progress, Run
from servicekit.local_copy import LocalCopy
from servicekit.scope import Scope
from services.import_export.mapping.facts import checked_facts
from services.import_export.reading import parent
from services.import_export.reading.parent import StagedRow
from services.import_export.runs import repository, rows, sheets
from services.import_export.runs.caller import customers_in
from services.import_export.runs.domain.options import READING
from services.import_export.runs.domain.tally import Tally
from services.import_export.runs.repository import ImportRun

Json = dict[str, Any]
_DEADLINE: Final = 60.0
_CREATE: Final = "create"


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows as they were read; None: there are no more."""

    rows: Sequence[StagedRow] | None
    keys: Sequence[list[int]] = ()
    blank: int = 0


def read(run: Run, scope: Scope, asked: ImportRun) -> Chunk:
    after = run.job.state.get("after", 0)
    chunk, blank = sheets.read_on(asked.id, after=after, opened=lambda: _opened(run, scope, asked, after))
    if chunk is None:
        return Chunk(None, blank=blank)
    return Chunk(chunk, _keys(run, scope, chunk))


def _opened(run: Run, scope: Scope, asked: ImportRun, after: int) -> sheets.Sheet:
    facts = checked_facts(customers_in(run), scope)
    copy = LocalCopy(asked.storage_key)
    try:
        read = parent.rows(
            copy.path,
            filename=asked.filename,
            options=_reading(asked),
            mapping=asked.mapping,
            facts=facts,
            after=after,
        )
    except BaseException:
        copy.close()
        raise
    return sheets.Sheet(copy, read, after=after)


def _reading(asked: ImportRun) -> Json:
    """The options in force: what was detected, or asked for instead."""
    detected = asked.detected or {}
    return {name: detected.get(name) for name in READING}


def _keys(run: Run, scope: Scope, chunk: Sequence[StagedRow]) -> list[list[int]]:
    """What rows are grouped by: their own keys, and the customer that each would meet."""
    if run.job.parameters["options"]["policy"] == _CREATE:
        return [[] for _ in chunk]
    named = [_named(row) for row in chunk if row["form"] and row["keys"]]
    found: Mapping[str, str] = {}
    if named:
        answer = customers_in(run)("import_targets", scope.dump(), named, deadline=_DEADLINE)
        found = answer["targets"]
    return [
        [*row["keys"], _hashed(found[str(row["n"])])] if str(row["n"]) in found else row["keys"]
        for row in chunk
    ]


def _named(row: StagedRow) -> Json:
    form = row["form"] or {}
    pairs = [[each["space"], each["identity"]] for each in form.get("addresses", ())]
    named: Json = {"n": row["n"], "identities": pairs}
    return {**named, "id": form["id"]} if form.get("id") else named


def _hashed(target: str) -> int:
    digest = hashlib.blake2b(b"customer\0" + target.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def stage(run: Run, uow: UnitOfWork, asked: ImportRun, chunk: Chunk) -> Progress:
    state = dict(run.job.state)
    if chunk.rows is None:
        return _count_rows(uow, run, asked, chunk)
    tally = Tally(state.get("tally"))
    rows.stage(uow, asked.id, chunk.rows, keys=chunk.keys)
    refused = [row for row in chunk.rows if row["form"] is None or row["errors"]]
    rows.decide(uow, asked.id, (_refused(row) for row in refused))
    for row in refused:
        tally.add(row["n"], "refused")
        tally.blame(row["n"], row["errors"], severity="error")
    for row in chunk.rows:
        tally.blame(row["n"], row["warnings"], severity="warning")
    state |= {"after": chunk.rows[-1]["n"], "tally": tally.dump()}
    state["rows"] = state.get("rows", 0) + len(chunk.rows)
    state["refused"] = state.get("refused", 0) + len(refused)
    return Progress(state=state, done=run.job.done + len(chunk.rows) + len(refused))


def _refused(row: StagedRow) -> Json:
    return {
        "n": row["n"],
        "outcome": "refused",
        "code": row["errors"][0]["code"],
        "errors": row["errors"],
        "warnings": row["warnings"],
    }


def _count_rows(uow: UnitOfWork, run: Run, asked: ImportRun, chunk: Chunk) -> Progress:
    """Now it is known how many rows there are."""
    count = run.job.state.get("rows", 0)
    repository.save(uow, asked.id, rows=count, blank=chunk.blank)
    state = {**run.job.state, "stage": "plan", "batch": 0}
    return Progress(state=state, total=2 * count)
