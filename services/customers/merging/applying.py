"""Merge customers into one of them: what it would be, and doing it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from servicekit.database import UnitOfWork
from servicekit.database.failures import ChangedMeanwhile
from servicekit.errors import Stale
from servicekit.ids import new_id
from servicekit.scope import Scope
from services.customers.merging import announcements, changes, counting, ledger, repository
from services.customers.merging.domain.choosing import offers
from services.customers.merging.domain.joining import join
from services.customers.merging.domain.parting import tree_of
from services.customers.merging.gathering import Case, gather
from services.customers.merging.messages import merge_message, offer_message
from services.customers.registry import index, writing
from services.customers.registry.announcements import Changed, customers_changed_v1
from services.customers.registry.domain.customer import FieldChange
from services.customers.registry.repository import record_changes
from services.customers.registry.writing import Json, Seen, Work


def preview(uow: UnitOfWork, scope: Scope, data: Mapping[str, Any], *, seen: Seen) -> Json:
    """What a merge would do, by doing it: the caller leaves nothing of this unit of work."""
    work = writing.begin(uow, scope, at=seen.at)
    case = gather(work, data, versions=None)
    shown = offers(case.candidates, case.chosen, work.configuration.fields, masked=work.masked)
    moves = counting.moves(work, {c.id: tree_of(case.records, c.id) for c in case.candidates[1:]})
    _merge(work, case, new_id())
    return {
        "result": writing.answer(work, case.asked.primary)["customer"],
        "versions": {str(c.id): c.record.version for c in case.candidates},
        "fields": [offer_message(offer) for offer in shown],
        "moves": moves,
        "records": len(case.records),
    }


def apply(
    uow: UnitOfWork,
    scope: Scope,
    data: Mapping[str, Any],
    *,
    versions: Any,
    merge_id: UUID | None,
    seen: Seen,
) -> Json:
    """The merge and its survivor. A merge that is known by its id is answered as it is, never done again."""
    work = writing.begin(uow, scope, at=seen.at)
    if outcome := writing.find_outcome(work, seen.key):
        return _answer(work, UUID(outcome["id"]), replayed=True)
    if merge_id is not None and ledger.is_known(uow.connection, merge_id):
        uow.idempotency.finish({"status": 201, "id": str(merge_id)})
        return _answer(work, merge_id, replayed=True)
    try:
        case = gather(work, data, versions=versions)
    except Stale:
        if merge_id is not None and ledger.is_known(uow.connection, merge_id):
            raise ChangedMeanwhile from None  # by this very merge, at the same time
        raise
    merge_id = merge_id or new_id()
    _merge(work, case, merge_id)
    uow.idempotency.finish({"status": 201, "id": str(merge_id)})
    return _answer(work, merge_id)


def _answer(work: Work, merge_id: UUID, *, replayed: bool = False) -> Json:
    """With the survivor as it is now; a repetition shows whom it was merged into since."""
    merge = ledger.get(work.uow.connection, work.scope, merge_id)
    customer = writing.answer(work, merge.primary_id, replayed=replayed)["customer"]
    answer = {"merge": merge_message(merge), "customer": customer}
    return {**answer, "replayed": True} if replayed else answer


def _merge(work: Work, case: Case, merge_id: UUID) -> None:
    """Everything in the order in which it depends on what was before."""
    connection, primary = work.uow.connection, case.primary.record
    absorbed = case.asked.duplicates
    before = changes.customer_of(work, primary.id)
    survivor = join(
        case.candidates,
        case.chosen,
        merge=str(merge_id),
        definitions=work.configuration.fields,
        reached=case.reached,
    )
    chosen = {f: c.source.id for f, c in case.chosen.items() if c.source is not case.primary}
    by = UUID(work.scope.user_id)
    repository.keep(
        connection, merge_id, primary=primary, absorbed=absorbed, chosen=chosen, by=by, at=work.at
    )
    moved = [id_ for id_, record in case.records.items() if record.root_id != primary.id]
    repository.absorb(connection, moved, roots=absorbed, into=primary.id, merge=merge_id)
    repository.save(connection, [survivor])
    repository.rise(connection, [primary.id], at=work.at)
    index.refresh(connection, case.asked.customers)
    told = FieldChange("merged", None, {"merge": str(merge_id), "absorbed": list(map(str, absorbed))})
    differing = changes.between(work, before, changes.customer_of(work, primary.id))
    rows = [(primary.id, change) for change in (told, *differing)]
    record_changes(connection, rows, author=work.author("merge"))
    _tell(work, case, merge_id, [change.field for _, change in rows])


def _tell(work: Work, case: Case, merge_id: UUID, fields: list[str]) -> None:
    primary = case.primary.record
    members = [primary.id, *sorted(case.records.keys() - {primary.id})]
    merged = announcements.customer_merged_v1(
        primary.id,
        revision=primary.revision + 1,
        merge=merge_id,
        absorbed=case.asked.duplicates,
        members=members,
    )
    changed = Changed(primary.id, primary.version + 1, primary.revision + 1, "updated", fields)
    work.uow.outbox.add(merged, customers_changed_v1([changed]))
