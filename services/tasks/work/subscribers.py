"""What the customers service tells: who was deleted, who came back, who is gone for good."""

from __future__ import annotations

from typing import Any

from servicekit.clock import utc_now
from servicekit.database import UnitOfWork
from servicekit.events import BadEvent, Event, subscribe
from services.tasks.notes import repository as notes
from services.tasks.work import states
from services.tasks.work.domain.customers import Fate, latest, read_fates


@subscribe("customers.changed.v1")
class FollowCustomers:
    """Tasks of deleted customers wait for them; of purged ones nothing is left."""

    def __init__(self, deps: Any) -> None: ...

    def fetch(self, events: list[Event]) -> None:
        """Nothing has to be asked."""

    def apply(self, uow: UnitOfWork, events: list[Event], fetched: None) -> None:
        if fates := latest(fate for event in events for fate in _read(event)):
            states.hear(uow.connection, fates, erase_notes=notes.erase, at=utc_now())


def _read(event: Event) -> list[Fate]:
    try:
        return read_fates(event.data["customers"])
    except (KeyError, TypeError, ValueError, AttributeError):
        raise BadEvent(event.id, "schema", "/data/customers: entries with id, revision and kind") from None
