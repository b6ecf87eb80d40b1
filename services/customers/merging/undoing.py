"""Take a merge apart again: who was absorbed stands alone, and the survivor keeps what came since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from servicekit.database import UnitOfWork
from servicekit.database.failures import ChangedMeanwhile
from servicekit.errors import Conflict
from servicekit.scope import Scope
from services.customers.merging import announcements, changes, ledger, repository, restoring
from services.customers.merging.domain.parting import Parted, in_teams_of_today, part
from services.customers.merging.domain.record import PRIMARY, Record
from services.customers.merging.messages import (
    kept_message,
    lost_message,
    merge_message,
    message_among,
)
from services.customers.merging.queries import Merge
from services.customers.merging.restoring import Lost
from services.customers.merging.withholding import withhold
from services.customers.messages import customer_message
from services.customers.registry import duplicates, index, writing
from services.customers.registry import queries as customers
from services.customers.registry.announcements import Changed, customers_changed_v1
from services.customers.registry.domain.customer import Changes, FieldChange
from services.customers.registry.domain.matches import Matches
from services.customers.registry.repository import record_changes
from services.customers.registry.writing import Json, Seen, Work


@dataclass(frozen=True, slots=True)
class Undone:
    """Who stands alone again, who is left, and what could not be taken apart.

    `told`: whom that tells of, as an answer that counts against the caller's hour.
    """

    answer: Json
    told: Matches = field(default_factory=Matches)


def undo(uow: UnitOfWork, scope: Scope, merge_id: UUID | None, *, seen: Seen) -> Undone:
    """Raises Conflict: `merge_undone`, `undo_expired`, and `duplicate_budget_exhausted` where an answer would
    tell agents whether somebody holds an address by now.
    """
    work = writing.begin(uow, scope, at=seen.at)
    if outcome := writing.find_outcome(work, seen.key):
        return Undone(_repeated(work, outcome))
    merge = _undoable(work, merge_id)
    keys = restoring.lock(work, merge.id)
    root = _survivor(work, merge)
    records = repository.lock(uow.connection, [root], work.configuration.fields)
    # Under the locks: somebody may have undone it, or taken a customer out of sight, while we waited.
    if merge.primary_id not in records or merge != _undoable(work, merge_id):
        raise ChangedMeanwhile
    before = changes.customer_of(work, root)
    definitions = work.configuration.fields
    parted = part(
        records,
        merge=merge.id,
        primary=merge.primary_id,
        absorbed=merge.absorbed,
        definitions=definitions,
    )
    parted = in_teams_of_today(parted, work.configuration.directory.teams)
    lost = _write(work, merge, records, parted, keys)
    kept = _kept(work, parted, parted.records[merge.primary_id])
    told = changes.between(work, before, changes.customer_of(work, root))
    _record(work, merge, parted, told)
    _tell(work, merge, records, parted, [change.field for change in told])
    holders = customers.survivors_of(uow.connection, scope, [each.holder for each in lost])
    left = _left(work, kept, lost, holders)
    _mark(work, merge, root, left)
    restricted = restoring.restricted(work, lost, holders)
    if restricted:
        duplicates.spend(uow.connection, scope, restricted, at=work.at)
    return Undone(_answer(work, ledger.get_whoever(uow.connection, merge.id), root, left), restricted)


def count(uow: UnitOfWork, scope: Scope, told: Matches, *, at: datetime) -> None:
    """An answer of which nothing else is kept. Raises Conflict if it was the one too many meanwhile."""
    duplicates.take_turn(uow.connection, scope, at=at)
    duplicates.spend(uow.connection, scope, told, at=at)


def _undoable(work: Work, merge_id: UUID | None) -> Merge:
    merge = ledger.get(work.uow.connection, work.scope, merge_id)
    if merge.state != "applied":
        raise Conflict("merge_undone", {"merge": merge_message(merge)})
    if merge.undo_until < work.at:
        raise Conflict("undo_expired", {"merge": merge_message(merge)})
    return merge


def _survivor(work: Work, merge: Merge) -> UUID:
    found = customers.survivors_of(work.uow.connection, work.scope, [merge.primary_id])
    if merge.primary_id not in found:
        raise ChangedMeanwhile
    return found[merge.primary_id]


def _write(
    work: Work, merge: Merge, records: Mapping[UUID, Record], parted: Parted, keys: restoring.Keys
) -> list[Lost]:
    connection, whole = work.uow.connection, [parted.root, *parted.trees]
    repository.restore(connection, parted.trees)
    repository.save(connection, [each for id_, each in parted.records.items() if each != records[id_]])
    lost = restoring.bring_back(connection, merge.id, records=parted.records, root=parted.root, keys=keys)
    restoring.settle(connection, records.keys())
    repository.part_activity(connection, records.keys())
    repository.rise(connection, whole, at=work.at)
    index.refresh(connection, whole)
    return lost


def _kept(work: Work, parted: Parted, primary: Record) -> list[str]:
    """Without an address that somebody put first, if it leaves all the same."""
    if not any(field.startswith(PRIMARY) for field in parted.kept):
        return parted.kept
    staying = restoring.shown_by(work.uow.connection, parted.root)

    def stays(kind: str) -> bool:
        named = primary.primary_ids.get(kind)
        return kind in staying.values() if named is None else UUID(named) in staying

    return [f for f in parted.kept if not f.startswith(PRIMARY) or stays(f.removeprefix(PRIMARY))]


def _record(work: Work, merge: Merge, parted: Parted, told: Changes) -> None:
    undone = FieldChange("unmerged", None, _undone(merge, parted.trees))
    rows = [(parted.root, undone), *((parted.root, change) for change in told)]
    # Who sees one of the restored may not see the others.
    rows += [(id_, replace(undone, after=_undone(merge, [id_]))) for id_ in parted.trees]
    record_changes(work.uow.connection, rows, author=work.author("merge"))
    staying = [id_ for id_, record in parted.records.items() if record.root_id == parted.root]
    withhold(work.uow.connection, staying, since=merge.merged_at)


def _undone(merge: Merge, restored: Iterable[UUID]) -> Json:
    return {"merge": str(merge.id), "restored": list(map(str, restored))}


def _tell(
    work: Work, merge: Merge, records: Mapping[UUID, Record], parted: Parted, fields: list[str]
) -> None:
    gone = {id_ for tree in parted.trees.values() for id_ in tree}
    root = records[parted.root]
    unmerged = announcements.customer_unmerged_v1(
        root.id,
        revision=root.revision + 1,
        merge=merge.id,
        restored=parted.trees,
        members=[root.id, *sorted(records.keys() - gone - {root.id})],
    )
    changed = [
        Changed(id_, records[id_].version + 1, records[id_].revision + 1, "updated", ["unmerged", *more])
        for id_, more in ((root.id, fields), *((id_, []) for id_ in parted.trees))
    ]
    work.uow.outbox.add(unmerged, customers_changed_v1(changed))


def _left(work: Work, kept: Sequence[str], lost: Sequence[Lost], seen: Mapping[UUID, UUID]) -> Json:
    """What could not be taken apart. Of who holds an address only that, unless the caller may see them."""
    return {
        "kept": [kept_message(field) for field in kept],
        "not_returned": [lost_message(each, seen.get(each.holder), masked=work.masked) for each in lost],
    }


def _mark(work: Work, merge: Merge, root: UUID, left: Json) -> None:
    """In the ledger for good, and so without any address, and without what the caller may see only today."""
    lost = [{k: v for k, v in each.items() if k not in ("value", "held_by")} for each in left["not_returned"]]
    repository.mark_undone(
        work.uow.connection,
        merge.id,
        by=UUID(work.scope.user_id),
        at=work.at,
        left={**left, "not_returned": lost},
    )
    outcome = {"status": 200, "id": str(merge.id), "survivor": str(root)}
    work.uow.idempotency.finish(outcome)


def _repeated(work: Work, outcome: Mapping[str, Any]) -> Json:
    """Their own undoing, as it left things: with the customers as the caller may see them today."""
    merge = ledger.get_whoever(work.uow.connection, UUID(outcome["id"]))
    survivor = UUID(outcome["survivor"])
    if not customers.survivors_of(work.uow.connection, work.scope, [survivor, *merge.absorbed]):
        raise ledger.not_found()
    return {**_answer(work, merge, survivor, merge.left or {}), "replayed": True}


def _answer(work: Work, merge: Merge, survivor: UUID, left: Mapping[str, Any]) -> Json:
    """`survivor` is null for who saw it only by what it has lost. Nobody is named whom they do not see."""
    connection = work.uow.connection
    everybody = [survivor, merge.primary_id, *merge.absorbed]
    seen = set(map(str, customers.survivors_of(connection, work.scope, everybody)))
    if work.scope.is_admin:
        seen = set(map(str, everybody))
    views = customers.list_views(connection, work.scope, [survivor, *merge.absorbed])
    shown = {view["id"]: customer_message(view, work.scope, work.configuration) for view in views}
    return {
        "merge": message_among(merge, seen),
        "restored": [shown[str(id_)] for id_ in merge.absorbed if str(id_) in shown],
        "survivor": shown.get(str(survivor)),
        "kept": left.get("kept", []),
        "not_returned": [each for each in left.get("not_returned", []) if each["customer"] in seen],
    }
