"""Calls about merges. The scope comes first; who may not see all of a merge is told that there is none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar, cast
from uuid import UUID

from nameko.timer import timer

from servicekit.clock import utc_now
from servicekit.database import Database, UnitOfWork
from servicekit.errors import Invalid
from servicekit.inputs import find_id, object_of, whole
from servicekit.rights import for_people
from servicekit.rpc import rpc
from servicekit.scope import Scope
from services.customers.merging import applying, ledger, undoing
from services.customers.merging.messages import merge_message
from services.customers.registry import writing
from services.customers.registry.writing import Seen

Json = dict[str, Any]
T = TypeVar("T")
EMPTY_INTERVAL = timedelta(hours=1)
MAX_LIMIT = 200


class MergingEntrypoints:
    """Mixin of CustomersService."""

    db: Database

    @rpc
    def preview_merge(self, scope: Json, data: Json) -> Json:
        """What a merge would be, field by field. It is done and not kept: that is what makes it exact."""
        caller, data, seen = for_people(scope), object_of(data), Seen(at=utc_now())
        return self._without_leaving_it(lambda uow: applying.preview(uow, caller, data, seen=seen))

    @rpc
    def apply_merge(
        self,
        scope: Json,
        data: Json,
        versions: Json | None = None,
        merge_id: str | None = None,
        idempotency: Json | None = None,
    ) -> Json:
        """The merge and its survivor. Raises Stale for customers that are not as in `versions`.

        A merge that is known by `merge_id` is answered as it is, and never done again.
        """
        caller, data, known = for_people(scope), object_of(data), _new_id(merge_id)
        seen = Seen(key=idempotency, at=utc_now())
        with self.db.unit_of_work() as uow:
            return applying.apply(uow, caller, data, versions=versions, merge_id=known, seen=seen)

    @rpc
    def get_merge(self, scope: Json, merge_id: str) -> Json:
        caller = for_people(scope)
        with self.db.reading() as connection:
            return {"merge": merge_message(ledger.get(connection, caller, find_id(merge_id)))}

    @rpc
    def list_merges(
        self, scope: Json, customer_id: str | None = None, limit: int = 50, cursor: str | None = None
    ) -> Json:
        """The latest first; of one customer, all that any of its records was part of."""
        caller, limit = for_people(scope), whole(limit, "/limit", at_least=1, at_most=MAX_LIMIT)
        asked = None if customer_id is None else find_id(customer_id)
        if customer_id is not None and asked is None:
            raise writing.not_found()
        with self.db.reading() as connection:
            return ledger.page(connection, caller, customer_id=asked, limit=limit, cursor=cursor)

    @rpc
    def undo_merge(
        self, scope: Json, merge_id: str, dry_run: bool = False, idempotency: Json | None = None
    ) -> Json:
        """Takes the merge apart and says what could not be; with `dry_run` it only says."""
        caller, known = for_people(scope), find_id(merge_id)
        if dry_run is True:
            return self._would_undo(caller, known, seen=Seen(at=utc_now()))
        seen = Seen(key=idempotency, at=utc_now())
        with self.db.unit_of_work() as uow:
            return undoing.undo(uow, caller, known, seen=seen).answer

    @timer(interval=EMPTY_INTERVAL.total_seconds())
    def forget_expired_merges(self) -> None:
        ledger.empty_what_expired(self.db, at=utc_now())

    def _would_undo(self, caller: Scope, merge_id: UUID | None, *, seen: Seen) -> Json:
        """Nothing is left of it but that it was answered, where that counts."""
        undone = self._without_leaving_it(lambda uow: undoing.undo(uow, caller, merge_id, seen=seen))
        if undone.told:
            with self.db.unit_of_work() as uow:
                undoing.count(uow, caller, undone.told, at=seen.at)
        return undone.answer

    def _without_leaving_it(self, work: Callable[[UnitOfWork], T]) -> T:
        """What the work answers, of which nothing is committed."""
        try:
            with self.db.unit_of_work() as uow:
                raise _Told(work(uow))
        except _Told as told:
            return cast(T, told.answer)


class _Told(Exception):
    """Ends a unit of work that is only asked what it would do."""

    def __init__(self, answer: Any) -> None:
        super().__init__()
        self.answer = answer


def _new_id(merge_id: Any) -> UUID | None:
    found = find_id(merge_id)
    if merge_id is not None and found is None:
        raise Invalid.at("/id", "invalid_id", "an id is expected")
    return found
