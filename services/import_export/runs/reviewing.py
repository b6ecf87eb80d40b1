"""A row that needed review, decided by an administrator.

What was decided is written down before it is done: customers do a row once, and of two who decide about one
row at a time, or of one who is cut off in the middle, the first decision is the one that is carried out. What
customers refuse is a decision no more. While one is under way nothing is undone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, null, text, update

from servicekit.clock import to_rfc3339, utc_now
from servicekit.database import Transactions, UnitOfWork
from servicekit.errors import Conflict, Forbidden, Invalid, NotFound, TooLarge
from servicekit.inputs import find_id
from servicekit.scope import Scope
from services.import_export.runs import queries, repository
from services.import_export.runs.domain import phases
from services.import_export.runs.domain.columns import decision_of
from services.import_export.runs.repository import ImportRun
from services.import_export.tables import import_decision

Json = dict[str, Any]
_WAITS: Final = "needs_review"
_DEADLINE: Final = 20.0
_REFUSALS: Final = (Invalid, Forbidden, NotFound, Conflict, TooLarge)
# Whoever decided longer ago than this was cut off: nobody carries it out any more.
_UNDER_WAY: Final = text("""
    SELECT EXISTS (
        SELECT 1 FROM import_decision WHERE import_id = :id AND decided IS NOT NULL
        AND outcome = 'needs_review'
        AND CAST(decided->>'at' AS timestamptz) > now() - make_interval(mins => 1))""")
_LOCK: Final = text("""
    SELECT d.outcome, d.decided, r.form FROM import_decision d
    JOIN import_row r ON r.import_id = d.import_id AND r.n = d.n
    WHERE d.import_id = :id AND d.n = :n FOR NO KEY UPDATE OF d""")


def read_decision(data: Mapping[str, Any]) -> Json:
    """{"customer": id}, {"skip": true} or {"apply": true}. Raises Invalid."""
    if len(data) == 1:
        if data.get("skip") is True or data.get("apply") is True:
            return dict(data)
        customer = find_id(data.get("customer"))
        if customer is not None:
            return {"customer": str(customer)}
    raise Invalid.at("", "invalid_choice", "one of customer, skip and apply")


def decide(
    db: Transactions, customers: Callable[..., Any], caller: Scope, run: ImportRun, n: int, wanted: Json
) -> None:
    """Raises Conflict `already_decided`, also when another decision was the first."""
    with db.unit_of_work() as uow:
        decided, form = _written_down(uow, run.id, n, {**wanted, "by": caller.user_id})
    answer = None
    if not decided.get("skip"):
        try:
            answer = _sent(customers, caller, run, {"n": n, "form": form}, decided)
        except _REFUSALS:
            _take_back(db, run.id, n)
            raise
    with db.unit_of_work() as uow:
        _carry_out(uow, run, n, answer)
    if answer and answer["outcome"] in (_WAITS, "refused"):
        raise Invalid.at("/customer", answer.get("code") or _WAITS, "the row cannot be decided like this")
    if _said(decided) != _said(wanted):
        raise Conflict("already_decided")


def is_under_way(connection: Connection, import_id: UUID) -> bool:
    """Whether somebody decides about a row just now. Who asks has locked the run: nobody begins to."""
    return bool(connection.execute(_UNDER_WAY, {"id": import_id}).scalar_one())


def _said(decided: Json) -> Json:
    """Without who said it, and when."""
    return {name: value for name, value in decided.items() if name not in ("by", "at")}


def _written_down(uow: UnitOfWork, import_id: UUID, n: int, wanted: Json) -> tuple[Json, Json]:
    """The first decision, and what the row says."""
    run = repository.get(uow.connection, import_id, lock=True)
    _check_finished(run)
    row = uow.connection.execute(_LOCK, {"id": import_id, "n": n}).first()
    if row is None:
        raise NotFound("row_not_found")
    if row.outcome != _WAITS:
        raise Conflict("already_decided")
    decided = {**(row.decided or wanted), "at": to_rfc3339(utc_now())}
    _set(uow, import_id, n, decided=decided)
    return decided, row.form


def _check_finished(run: ImportRun) -> None:
    if run.phase != phases.FINISHED:
        raise Conflict("not_finished", {"phase": run.phase})


def _take_back(db: Transactions, import_id: UUID, n: int) -> None:
    """It can be decided otherwise."""
    with db.unit_of_work() as uow:
        row = uow.connection.execute(_LOCK, {"id": import_id, "n": n}).one()
        if row.outcome == _WAITS:
            _set(uow, import_id, n, decided=null())


def _sent(customers: Callable[..., Any], caller: Scope, run: ImportRun, row: Json, decided: Json) -> Json:
    """What customers made of it. Raises Invalid if it cannot be what was decided."""
    asked = {**row, "target": decided["customer"]} if "customer" in decided else {**row, "again": True}
    answer: Json = customers(
        "import_batch", caller.dump(), str(run.id), [asked], run.options, deadline=_DEADLINE
    )["rows"][0]
    return answer


def _carry_out(uow: UnitOfWork, run: ImportRun, n: int, answer: Json | None) -> None:
    """The row and the counts of its import, together. What could not be done can be decided otherwise."""
    run = repository.get(uow.connection, run.id, lock=True)
    row = uow.connection.execute(_LOCK, {"id": run.id, "n": n}).one()
    if row.outcome != _WAITS:
        return
    _check_finished(run)
    values: Json = {"outcome": "skipped"}
    if answer is not None:
        values = decision_of(answer, queries.columns_of(run))
    outcome = values["outcome"]
    if outcome in (_WAITS, "refused"):
        _set(uow, run.id, n, decided=null())
        return
    _set(uow, run.id, n, **_columns(values))
    counts = dict(run.counts)
    counts[_WAITS] = counts.get(_WAITS, 0) - 1
    counts[outcome] = counts.get(outcome, 0) + 1
    repository.save(uow, run.id, counts=counts)


def _columns(values: Json) -> Json:
    customer = values.get("customer")
    return {
        "outcome": values["outcome"],
        "customer_id": UUID(customer) if customer else None,
        "code": values.get("code"),
        "errors": values.get("errors") or null(),
        "candidates": null(),
    }


def _set(uow: UnitOfWork, import_id: UUID, n: int, **values: Any) -> None:
    which = (import_decision.c.import_id == import_id) & (import_decision.c.n == n)
    uow.connection.execute(update(import_decision).where(which).values(values))


def for_reviewers(caller: Scope) -> None:
    if not caller.is_admin:
        raise Forbidden("administrators_only")
