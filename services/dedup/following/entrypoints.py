"""What the service does by itself to keep its index small."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from nameko.timer import timer

from servicekit.database import Database
from services.dedup.index import repository as index

FORGET_INTERVAL: Final = timedelta(minutes=10)


class FollowingTimers:
    """Mixin of DedupService."""

    db: Database

    @timer(interval=FORGET_INTERVAL.total_seconds())
    def forget_left_records(self) -> None:
        """Who left the index is remembered while an answer that still knows them may be on its way."""
        with self.db.unit_of_work() as uow:
            index.forget_left(uow.connection)
