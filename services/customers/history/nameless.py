"""Events that name nobody, of a conversation, an appointment or a purchase that nobody knows yet.

Its start may be in the batch that another replica is writing at this moment. So there is a short
wait before such an event is given up and parked: once for each of them, for fresh events only.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from servicekit.database import Transactions
from services.customers.history import repository
from services.customers.history.domain.heard import Heard, Key

PATIENCE: Final = 0.5
PAUSE: Final = 0.05
FRESH: Final = timedelta(minutes=1)
_MOST_REMEMBERED: Final = 10_000


class Nameless:
    """Waits for the others, as long as it makes sense."""

    def __init__(self, db: Transactions) -> None:
        self._db = db
        self._given_up: set[Key] = set()

    def wait(self, heard: Iterable[Heard], *, now: datetime) -> None:
        """Returns when all is known that this batch does not introduce itself, or too late."""
        wanted = self._wanted(heard, now)
        deadline = time.monotonic() + PATIENCE
        while wanted and (wanted := self._unknown(wanted)) and time.monotonic() < deadline:
            time.sleep(PAUSE)
        if len(self._given_up) > _MOST_REMEMBERED:
            self._given_up.clear()
        self._given_up |= wanted

    def _wanted(self, heard: Iterable[Heard], now: datetime) -> set[Key]:
        told = list(heard)
        introduced = {each.about for each in told if each.names_somebody}
        fresh = {each.about for each in told if not each.names_somebody and now - each.at < FRESH}
        return fresh - introduced - self._given_up

    def _unknown(self, keys: set[Key]) -> set[Key]:
        with self._db.reading() as connection:
            return keys - repository.find(connection, keys).keys()
