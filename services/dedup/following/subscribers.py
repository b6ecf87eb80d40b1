"""What the customers service tells: who changed, who became one, who came apart, who may be the same."""

from __future__ import annotations

from typing import Any, Final

from servicekit import jobs
from servicekit.clock import utc_now
from servicekit.database import UnitOfWork
from servicekit.events import BadEvent, Event, subscribe
from services.dedup.following import applying, many
from services.dedup.following.domain.told import Told
from services.dedup.index.news import News, ask_about

# Of so many the index is made anew while the events wait. An import tells of thousands at once: the others
# are a job's, so that nobody waits for all of them who wants to write the next.
AT_ONCE: Final = 500
_READ: Final = {
    "customers.changed.v1": Told.changed,
    "customer.merged.v1": Told.merged,
    "customer.unmerged.v1": Told.unmerged,
    "duplicate.detected.v1": Told.detected,
}


@subscribe(*_READ)
class FollowCustomers:
    """The index has who there is; pairs are made anew of who changed; of who was purged nothing is left."""

    def __init__(self, deps: Any) -> None:
        self._db = deps.db
        self._customers = deps.rpc("customers")

    def fetch(self, events: list[Event]) -> News:
        """How the customers are that the events are about; of very many the first."""
        return ask_about(self._db, self._customers.call, _asked(_read(events)))

    def apply(self, uow: UnitOfWork, events: list[Event], fetched: News) -> None:
        told = _read(events)
        applying.apply(uow, fetched, told, at=utc_now())
        answered = {member for each in fetched.customers for member in each.members} | fetched.gone
        for ids in many.portions(told.ids - told.purged - answered):
            jobs.create(uow, kind=many.KIND, created_by=many.NOBODY, parameters={"ids": ids}, total=len(ids))


def _read(events: list[Event]) -> Told:
    told = Told()
    for event in events:
        try:
            _READ[event.type](told, event.data)
        except (KeyError, TypeError, ValueError, AttributeError):
            raise BadEvent(event.id, "schema", "/data: ids of customers as contracts/ shows") from None
    return told


def _asked(told: Told) -> list[Any]:
    """Pairs first: of a pair that is told both ends have to be there."""
    rest = sorted(told.ids - told.of_pairs - told.purged)
    return [*sorted(told.of_pairs - told.purged), *rest][:AT_ONCE]
