"""Bringing the copy of the directory up to date: on an event, on a doubt, and every minute in any case."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any, TypeVar

from directory import repository
from directory.model import Directory
from servicekit.database import Transactions
from servicekit.errors import Invalid, ServiceError

log = logging.getLogger(__name__)

DEADLINE = 5.0
_UNKNOWN = frozenset({"unknown_team", "unknown_user"})
T = TypeVar("T")


def ask(gateway: Any) -> Directory | None:
    """The directory as the gateway knows it; None if it does not answer, which is no reason to stop."""
    try:
        return Directory.load(gateway.call("directory", deadline=DEADLINE))
    except (ServiceError, OSError) as error:
        log.warning("the gateway did not tell its directory", extra={"reason": type(error).__name__})
        return None


def refresh(db: Transactions, gateway: Any) -> None:
    """Asks, and keeps what is newer than what is known."""
    directory = ask(gateway)
    if directory is None:
        return
    with db.reading() as connection:
        if repository.revision(connection) >= directory.revision:
            return
    with db.unit_of_work() as uow:
        repository.replace(uow.connection, directory)


def with_news(db: Transactions, gateway: Any, work: Callable[[], T]) -> T:
    """The work; once more if it named a team or a user who may be so new that our copy does not know them."""
    try:
        return work()
    except Invalid as error:
        if not any(each["code"] in _UNKNOWN for each in error.payload.get("errors", ())):
            raise
    refresh(db, gateway)
    return work()


class OnDoubt:
    """Refreshes when somebody is named who is not known, at most every few seconds however many are named."""

    PAUSE = 5.0

    def __init__(self, db: Transactions, gateway: Any) -> None:
        self._db, self._gateway = db, gateway
        self._next = 0.0

    def refresh(self) -> bool:
        """Whether it was time to ask again."""
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + self.PAUSE
        refresh(self._db, self._gateway)
        return True
