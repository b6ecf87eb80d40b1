"""Imports and their rows, read for who may see them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Select,
    TextClause,
    false,
    literal_column,
    select,
    text,
)

from servicekit import jobs
from servicekit.clock import to_rfc3339, utc_now
from servicekit.database.paging import Keyset, Page, SortKey, list_page
from servicekit.errors import Invalid, NotFound
from servicekit.scope import Scope
from services.import_export.runs import parts
from services.import_export.runs.domain import phases
from services.import_export.runs.domain.columns import Columns
from services.import_export.runs.messages import Around, import_message, listed_message, row_message
from services.import_export.runs.repository import COLUMNS, LISTED, ImportRun, is_visible, to_run
from services.import_export.tables import UNDONE_IN_PART, import_decision, import_row, import_run

Json = dict[str, Any]
_ANNOUNCED: Final = timedelta(days=30)
_MOST_ANNOUNCED: Final = 20
_NEWEST: Final = Keyset("-created_at", [SortKey(import_run.c.created_at, descending=True)], import_run.c.id)
_IN_ORDER: Final = Keyset("n", [], import_decision.c.n)
DRIFTED: Final = "drifted"  # decided otherwise than planned
KEPT: Final = "kept"  # what an undoing left

# Of an answer, which may have 8 MB.
_PAGE_BYTES: Final = 4_000_000
_SAMPLES_BYTES: Final = 1_000_000
_SHOWN: Final = 1_000  # characters of a cell among others
_SAMPLED: Final = 200
_WHOLE: Final = 1_000_000  # of a row that is shown by itself


def _rows(cells: ColumnElement[Any]) -> Select[Any]:
    names = ("outcome", "customer_id", "code", "errors", "warnings", "candidates", "drifted", "undone")
    decided = [import_decision.c[name] for name in names]
    same = (import_row.c.import_id == import_decision.c.import_id) & (import_row.c.n == import_decision.c.n)
    return select(import_decision.c.n, cells.label("cells"), *decided).join(import_row, same)


def _cut(longest: int) -> ColumnElement[Any]:
    """Cells that are cut where they are kept: a page of whole ones may be a hundred megabytes."""
    return literal_column(
        f"""CASE WHEN octet_length(CAST(import_row.cells AS text)) <= {longest} THEN import_row.cells ELSE (
            SELECT json_agg(CASE WHEN length(cell) > {longest} THEN left(cell, {longest}) || '…' ELSE cell END
                            ORDER BY place)
            FROM json_array_elements_text(import_row.cells) WITH ORDINALITY AS each (cell, place)) END""",
        JSON,
    )


_ROWS: Final = _rows(import_row.c.cells)
_CUT_ROWS: Final = _rows(_cut(_SHOWN))
_SAMPLE_ROWS: Final = _rows(_cut(_SAMPLED))


def show(connection: Connection, run: ImportRun, scope: Scope) -> Json:
    """The import with all that stands beside it."""
    around = around_of(connection, [run])[run.id]
    same = _same_file(connection, run, scope)
    samples = _samples(connection, run)
    return import_message(run, Around(around.job, around.sums, same, samples))


def page_of_imports(connection: Connection, scope: Scope, *, limit: int, cursor: str | None) -> Json:
    """The caller's own, or all for an administrator; newest first. Without what only their files say."""
    statement = select(*LISTED)
    if not scope.is_admin:
        statement = statement.where(import_run.c.created_by == scope.user_id)
    page = list_page(connection, statement, _NEWEST, cursor=cursor, limit=limit)
    runs = [to_run(row) for row in page.rows]
    around = around_of(connection, runs)
    return {"data": [listed_message(run, around[run.id]) for run in runs], "next": page.next}


def around_of(connection: Connection, runs: Sequence[ImportRun]) -> dict[UUID, Around]:
    """The work of the phase of each."""
    shared = parts.sums(connection, [run.id for run in runs if run.phase == phases.RUNNING])
    found = {}
    for run in runs:
        job = jobs.find(connection, run.job_id) if run.job_id else None
        found[run.id] = Around(job, shared.get(run.id))
    return found


def page_of_rows(
    connection: Connection, run: ImportRun, *, result: str | None, limit: int, cursor: str | None
) -> Json:
    """What was decided about the rows, in their order. Raises Invalid for an unknown `result`."""
    statement = _CUT_ROWS.where(import_decision.c.import_id == run.id)
    if result is not None:
        statement = statement.where(_asked_for(result))
    if run.options is None:  # what is there is of an earlier check, or of one that is not whole
        statement = statement.where(false())
    page: Page = list_page(connection, statement, _IN_ORDER, cursor=cursor, limit=limit)
    columns = columns_of(run)
    found = [row_message(row, columns) for row in page.rows]
    data = _fitting(found, _PAGE_BYTES)
    following = page.next if len(data) == len(found) else _IN_ORDER.cursor_after([], data[-1]["n"])
    return {"data": data, "next": following}


def _fitting(rows: Sequence[Json], room: int) -> list[Json]:
    """The first ones that fit, and one in any case."""
    for count, row in enumerate(rows):
        room -= len(orjson.dumps(row))
        if room < 0:
            return list(rows[: max(1, count)])
    return list(rows)


def _asked_for(result: str) -> ColumnElement[bool] | TextClause:
    if result in phases.COUNTS:
        return import_decision.c.outcome == result
    if result == DRIFTED:
        return import_decision.c.drifted  # in the words of its index, as the next one
    if result == KEPT:
        return text(f"import_decision.{UNDONE_IN_PART}")
    choices = ", ".join((*phases.COUNTS, DRIFTED, KEPT))
    raise Invalid.at("/result", "invalid_choice", f"one of {choices}")


def show_row(connection: Connection, run: ImportRun, n: int) -> Json:
    """Raises NotFound `row_not_found`."""
    statement = _ROWS.where(import_decision.c.import_id == run.id, import_decision.c.n == n)
    row = connection.execute(statement).first()
    if row is None or run.options is None:
        raise NotFound("row_not_found")
    longest = max(_SHOWN, _WHOLE // max(1, len(row.cells)))
    return row_message(row, columns_of(run), longest=longest)


def columns_of(run: ImportRun) -> Columns:
    return Columns(run.detected or {}, run.mapping or {})


def _same_file(connection: Connection, run: ImportRun, scope: Scope) -> list[Json]:
    """When the same bytes were imported before; who may see that import is told which one it was."""
    statement = (
        select(*COLUMNS)
        .where(
            import_run.c.sha256 == run.sha256,
            import_run.c.started_at > utc_now() - _ANNOUNCED,
            import_run.c.id != run.id,
        )
        .order_by(import_run.c.started_at.desc())
        .limit(_MOST_ANNOUNCED)
    )
    before = [to_run(row) for row in connection.execute(statement)]
    return [
        {
            "at": to_rfc3339(each.started_at),
            "id": str(each.id) if is_visible(each, scope) else None,
        }
        for each in before
        if each.started_at is not None
    ]


def _samples(connection: Connection, run: ImportRun) -> dict[str, list[Json]]:
    named: dict[str, list[int]] = run.found.get("samples", {})
    ns = [n for some in named.values() for n in some]
    if not ns:
        return {}
    statement = _SAMPLE_ROWS.where(import_decision.c.import_id == run.id, import_decision.c.n.in_(ns))
    columns = columns_of(run)
    found = [row_message(row, columns) for row in connection.execute(statement)]
    rows = {row["n"]: row for row in _fitting(found, _SAMPLES_BYTES)}
    return {name: [rows[n] for n in some if n in rows] for name, some in named.items()}
