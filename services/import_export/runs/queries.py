"""Imports and their rows, read for who may see them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, false, select

from servicekit import jobs
from servicekit.clock import to_rfc3339, utc_now
from servicekit.database.paging import Keyset, Page, SortKey, list_page
from servicekit.errors import Invalid, NotFound
from servicekit.scope import Scope
from services.import_export.runs import parts
from services.import_export.runs.domain import phases
from services.import_export.runs.domain.columns import Columns
from services.import_export.runs.messages import Around, import_message, row_message
from services.import_export.runs.repository import COLUMNS, ImportRun, is_visible, to_run
from services.import_export.tables import import_decision, import_row, import_run

Json = dict[str, Any]
_ANNOUNCED: Final = timedelta(days=30)
_MOST_ANNOUNCED: Final = 20
_NEWEST: Final = Keyset("-created_at", [SortKey(import_run.c.created_at, descending=True)], import_run.c.id)
_IN_ORDER: Final = Keyset("n", [], import_decision.c.n)
DRIFTED: Final = "drifted"  # decided otherwise than planned
KEPT: Final = "kept"  # what an undoing left

_ROWS: Final[Select[Any]] = select(
    import_decision.c.n,
    import_row.c.cells,
    *(
        import_decision.c[name]
        for name in [
            "outcome",
            "customer_id",
            "code",
            "errors",
            "warnings",
            "candidates",
            "drifted",
            "undone",
            "decided",
        ]
    ),
).join(
    import_row,
    (import_row.c.import_id == import_decision.c.import_id) & (import_row.c.n == import_decision.c.n),
)


def show(connection: Connection, run: ImportRun, scope: Scope) -> Json:
    """The import with all that stands beside it."""
    around = around_of(connection, [run])[run.id]
    same = _same_file(connection, run, scope)
    samples = _samples(connection, run)
    return import_message(run, Around(around.job, around.sums, same, samples))


def page_of_imports(connection: Connection, scope: Scope, *, limit: int, cursor: str | None) -> Json:
    """The caller's own, or all for an administrator; newest first."""
    statement = select(*COLUMNS)
    if not scope.is_admin:
        statement = statement.where(import_run.c.created_by == scope.user_id)
    page = list_page(connection, statement, _NEWEST, cursor=cursor, limit=limit)
    runs = [to_run(row) for row in page.rows]
    around = around_of(connection, runs)
    return {"data": [import_message(run, around[run.id]) for run in runs], "next": page.next}


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
    statement = _ROWS.where(import_decision.c.import_id == run.id)
    if result is not None:
        statement = statement.where(_asked_for(result))
    if run.options is None:  # what is there is of an earlier check, or of one that is not whole
        statement = statement.where(false())
    page: Page = list_page(connection, statement, _IN_ORDER, cursor=cursor, limit=limit)
    columns = columns_of(run)
    return {"data": [row_message(row, columns) for row in page.rows], "next": page.next}


def _asked_for(result: str) -> ColumnElement[bool]:
    if result in phases.COUNTS:
        return import_decision.c.outcome == result
    if result == DRIFTED:
        return import_decision.c.drifted.is_(True)
    if result == KEPT:
        return import_decision.c.undone["outcome"].as_string().in_(("kept", "partly"))
    choices = ", ".join((*phases.COUNTS, DRIFTED, KEPT))
    raise Invalid.at("/result", "invalid_choice", f"one of {choices}")


def show_row(connection: Connection, run: ImportRun, n: int) -> Json:
    """Raises NotFound `row_not_found`."""
    statement = _ROWS.where(import_decision.c.import_id == run.id, import_decision.c.n == n)
    row = connection.execute(statement).first()
    if row is None or run.options is None:
        raise NotFound("row_not_found")
    return row_message(row, columns_of(run))


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
    statement = _ROWS.where(import_decision.c.import_id == run.id, import_decision.c.n.in_(ns))
    columns = columns_of(run)
    rows = {row.n: row_message(row, columns) for row in connection.execute(statement)}
    return {name: [rows[n] for n in some if n in rows] for name, some in named.items()}
