"""Writes of tasks: rights are looked at first, with other services' help; then one transaction.

Under its lock the task is compared with what was looked at: one that changed in between is looked at anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from servicekit.database import Transactions, UnitOfWork
from servicekit.database.failures import ChangedMeanwhile
from servicekit.errors import Conflict, Stale
from servicekit.inputs import version_of
from servicekit.scope import Scope
from services.tasks.customers import not_found as customer_not_found
from services.tasks.work import repository, states
from services.tasks.work.announcements import task_completed_v1, task_created_v1
from services.tasks.work.domain import changes
from services.tasks.work.domain.task import Task
from services.tasks.work.looking import Seen, not_found

Json = dict[str, Any]


def find_first(db: Transactions, caller: Scope, key: Json | None) -> UUID | None:
    """What the same request led to before. Raises Conflict while that is running.

    In a transaction of its own, before anything is asked of others: they may say something else by now.
    """
    if not key:
        return None
    with db.unit_of_work() as uow:
        first = begin(uow, caller, key)
        uow.idempotency.forget()
    return first


def begin(uow: UnitOfWork, caller: Scope, key: Json | None) -> UUID | None:
    if not key:
        return None
    outcome = uow.idempotency.begin(key["key"], user_id=caller.user_id, request_hash=key["hash"])
    return UUID(outcome["id"]) if outcome else None


def create(uow: UnitOfWork, caller: Scope, task: Task, *, key: Json | None) -> UUID:
    """The id of the new task, or of the one that the same request has made in this moment."""
    if (first := begin(uow, caller, key)) is not None:
        return first
    if task.customer_id is not None and states.is_gone(uow.connection, [task.customer_id]):
        raise customer_not_found()
    repository.add(uow.connection, task)
    uow.outbox.add(task_created_v1(task))
    uow.idempotency.finish({"status": 201, "id": str(task.id)})
    return task.id


def update(
    uow: UnitOfWork,
    caller: Scope,
    seen: Seen,
    patch: Mapping[str, Any],
    *,
    key: Json | None,
    now: datetime,
) -> Task:
    """The task as it is then. `seen` is what the caller's rights were found by."""
    if begin(uow, caller, key) is not None:
        raise ChangedMeanwhile
    gone = _is_customer_gone(uow, seen, patch)
    before = lock(uow, seen)
    after = changes.changed(before, patch, now=now)
    if gone:
        _check_nothing_begins(before, after)
    if after != before:
        repository.save(uow.connection, after)
        differences = changes.differences(before, after)
        repository.record(uow.connection, before.id, differences, by=UUID(caller.user_id), at=now)
    if changes.is_completed_by(before, after):
        uow.outbox.add(task_completed_v1(after))
    uow.idempotency.finish({"status": 200, "id": str(after.id)})
    return after


def lock(uow: UnitOfWork, seen: Seen) -> Task:
    """As it is in this transaction, which is as it was when the rights were looked at."""
    task = repository.lock(uow.connection, seen.task.id)
    if task is None:
        raise not_found()
    if task != seen.task:
        raise ChangedMeanwhile
    return task


def check_version(seen: Seen, version: object, *, now: datetime) -> None:
    """Raises Stale if the caller saw another version than there is."""
    wanted = version_of(version)
    if wanted not in (None, seen.task.version):
        raise Stale("stale", {"current": seen.message(now=now)})


def _is_customer_gone(uow: UnitOfWork, seen: Seen, patch: Mapping[str, Any]) -> bool:
    """Whether a deletion was heard of that those who looked could not know of. Only where it matters.

    Before the task is locked: that is the order in which deletions lock.
    """
    if not patch.keys() & {"status", "customer"}:
        return False
    known = [seen.customer.id] if seen.customer and "customer" not in patch else []
    about = {patch.get("customer", seen.task.customer_id), *known} - {None}
    return bool(about) and states.is_gone(uow.connection, about)


def _check_nothing_begins(before: Task, after: Task) -> None:
    """There is nothing to be done about somebody who was deleted."""
    if after.customer_id != before.customer_id:
        raise customer_not_found()
    if changes.is_reopened_by(before, after):
        raise Conflict("customer_deleted", {"status": before.status})
