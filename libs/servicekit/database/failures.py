"""What PostgreSQL's failures mean: come back later, run it again, or a defect."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg
from psycopg.errors import SerializationFailure
from sqlalchemy.exc import DBAPIError, DisconnectionError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from servicekit.errors import Unavailable

# https://www.postgresql.org/docs/current/errcodes-appendix.html
_RERUN: Final = frozenset({"40001", "40P01"})
_BY_STATE: Final = {"57014": "database_timeout", "55P03": "database_locked", "25P03": "database_timeout"}
_DOWN_CLASSES: Final = frozenset({"08", "53", "57", "58"})


class ChangedMeanwhile(OperationalError):
    """What was read without a lock no longer holds. Carries SQLSTATE 40001: the unit of work is repeated."""

    def __init__(self) -> None:
        super().__init__("(changed between reading and locking)", None, SerializationFailure())


def sqlstate_of(error: BaseException) -> str | None:
    """The five characters with which PostgreSQL names what happened; None if it had no say."""
    original = error.orig if isinstance(error, DBAPIError) else error
    return getattr(original, "sqlstate", None)


def wants_rerun(error: BaseException) -> bool:
    """A deadlock or a serialization failure: the same work may succeed at once if started again."""
    return isinstance(error, DBAPIError) and sqlstate_of(error) in _RERUN


def unavailable_code(error: BaseException) -> str | None:
    """The code of the Unavailable that this failure amounts to, None if it is something else."""
    if isinstance(error, PoolTimeout):
        return "database_busy"
    if isinstance(error, DisconnectionError):
        return "database_unavailable"
    if not isinstance(error, DBAPIError):
        return None
    state = sqlstate_of(error)
    if state is None:
        lost = error.connection_invalidated or isinstance(error.orig, psycopg.OperationalError)
        return "database_unavailable" if lost else None
    if state in _BY_STATE:
        return _BY_STATE[state]
    return "database_unavailable" if state[:2] in _DOWN_CLASSES else None


@contextmanager
def failures_as_unavailable() -> Iterator[None]:
    """Turns a database that is down, full, locked or too slow into Unavailable; all else passes."""
    try:
        yield
    except (DBAPIError, PoolTimeout, DisconnectionError) as error:
        code = unavailable_code(error)
        if code is None:
            raise
        raise Unavailable(code, {"retry_after": 1}) from error
