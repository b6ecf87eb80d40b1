"""Events of connectors, on their way to the customers' histories."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

from prometheus_client import Counter

from directory.refresh import OnDoubt
from servicekit.clock import utc_now
from servicekit.database import UnitOfWork
from servicekit.events import BadEvent, Event, subscribe
from services.customers import configuration
from services.customers.configuration import Configuration
from services.customers.history.accounts import Accounts
from services.customers.history.domain.batch import unknown_teams
from services.customers.history.domain.contact import NotAPerson
from services.customers.history.domain.heard import Heard, read
from services.customers.history.nameless import Nameless
from services.customers.history.recording import record
from services.customers.history.schemas import SCHEMAS

YIELD_EVERY = 50
IGNORED = Counter(
    "history_events_ignored_total", "Events of connectors, or parts of them, without effect", ["reason"]
)

Fetched = tuple[dict[tuple[str, str], Heard], Configuration, datetime]


@subscribe(*SCHEMAS, schema=SCHEMAS)
class RecordHistory:
    """Each event once, in whatever order: what happened, messages, and the customers it happened with."""

    def __init__(self, deps: Any) -> None:
        self._db = deps.db
        self._on_doubt = OnDoubt(deps.db, deps.rpc("gateway"))
        self._nameless = Nameless(deps.db)
        self._accounts = Accounts(deps.db)

    def fetch(self, events: list[Event]) -> Fetched:
        """Reads the events; asks for the directory again if they name a team that nobody knows."""
        known, received = self._configuration(), utc_now()
        heard: dict[tuple[str, str], Heard] = {}
        for index, event in enumerate(events, 1):
            if (read_event := _read(event, received, known.settings.default_region)) is not None:
                heard[event.key] = read_event
            if index % YIELD_EVERY == 0:
                time.sleep(0)
        if unknown_teams(heard.values(), known.directory) and self._on_doubt.refresh():
            known = self._configuration()
        self._nameless.wait(heard.values(), now=received)
        self._accounts.seen(heard.values(), now=received)
        return heard, known, received

    def apply(self, uow: UnitOfWork, events: list[Event], fetched: Fetched) -> None:
        heard, known, received = fetched
        new = [heard[event.key] for event in events if event.key in heard]
        IGNORED.labels("not_a_person").inc(len(events) - len(new))
        record(uow, new, configuration=known, now=received)

    def _configuration(self) -> Configuration:
        with self._db.reading() as connection:
            return configuration.current(connection)


def _read(event: Event, received: datetime, default_region: str) -> Heard | None:
    """None for what was said among many: groups and broadcasts are nobody's customer."""
    try:
        return read(
            event.type,
            event.data,
            event=event.key,
            at=event.time,
            received=received,
            default_region=default_region,
        )
    except NotAPerson:
        return None
    except (ValueError, OverflowError):
        raise BadEvent(event.id, "invalid_time", "a time in it is in no calendar") from None
