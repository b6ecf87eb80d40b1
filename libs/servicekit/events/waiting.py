"""What a failure in the work on events means: wait, run again, split, or look at the one event."""

from __future__ import annotations

import random
from enum import Enum
from typing import Any, Final

import amqp
from sqlalchemy.exc import DBAPIError

from servicekit.database.failures import sqlstate_of, unavailable_code, wants_rerun
from servicekit.errors import Invalid, Unavailable

FIRST_PAUSE: Final = 0.1
LONGEST_PAUSE: Final = 5.0


class Verdict(Enum):
    """What to do with the batch that failed."""

    WAIT = "waits"  # something is down; the events are fine
    RERUN = "reruns"  # two collided; the same again at once
    SPLIT = "splits"  # something in the batch cannot be stored; find it
    RETRY = "retries"  # anything else; it may pass


def judge(error: Exception) -> Verdict:
    """Classes 08 40 53 57 58, 55P03, lost connections and Unavailable never count against an event."""
    if wants_rerun(error):
        return Verdict.RERUN
    if isinstance(error, (Unavailable, OSError, amqp.AMQPError)) or unavailable_code(error) is not None:
        return Verdict.WAIT
    if (sqlstate_of(error) or "").startswith("40"):
        return Verdict.RERUN
    if (sqlstate_of(error) or "")[:2] in ("22", "23") or isinstance(error, Invalid):
        return Verdict.SPLIT
    return Verdict.RETRY


def is_about_the_data(error: Exception) -> bool:
    """Whether the event holds what may not be stored: its sender's doing, and no sign that all will fail."""
    return isinstance(error, Invalid) or (sqlstate_of(error) or "").startswith("22")


def too_slow(error: Exception) -> bool:
    """Whether the batch ran into the statement timeout: fewer at once may pass."""
    return isinstance(error, Unavailable) and error.code == "database_timeout"


def describe(error: BaseException) -> str:
    """Type, SQLSTATE, constraint, and the line of ours that raised it: enough to find it, and no content."""
    words = [type(error).__name__]
    if isinstance(error, DBAPIError):
        diagnosis: Any = getattr(error.orig, "diag", None)
        words = [
            type(error.orig).__name__,
            sqlstate_of(error) or "",
            getattr(diagnosis, "constraint_name", None) or "",
        ]
    return " ".join(filter(None, [*words, _place(error)]))


def pause_of(attempt: int) -> float:
    """Seconds before attempt number `attempt` + 1: doubling, jittered, bounded."""
    return min(LONGEST_PAUSE, FIRST_PAUSE * float(2 ** min(attempt, 10))) * random.uniform(0.5, 1.0)


def _place(error: BaseException) -> str:
    trace, place = error.__traceback__, ""
    while trace is not None:
        name = str(trace.tb_frame.f_globals.get("__name__", ""))
        if not name.startswith(("sqlalchemy", "psycopg", "eventlet", "contextlib")):
            place = f"at {name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
