"""What a failure in a step means: it may pass by itself, or somebody has to look at it."""

from __future__ import annotations

from typing import Any

from sqlalchemy.exc import DBAPIError

from servicekit.errors import ServiceError, Unavailable
from servicekit.events.waiting import Verdict, judge
from servicekit.ids import new_id
from servicekit.wire import CallTimeout


def is_transient(error: Exception) -> bool:
    """Something else is down, busy or in the way: the job waits for it, however long that takes.

    A statement of our own that runs out of time is none of that: repeated for ever, it would keep the
    database busy and tell nobody.
    """
    if isinstance(error, Unavailable) and error.code == "database_timeout":
        return not isinstance(error.__cause__, DBAPIError)
    return isinstance(error, CallTimeout) or judge(error) in (Verdict.WAIT, Verdict.RERUN)


def problem_of(error: Exception) -> dict[str, Any]:
    """What the job shows for ever: a code, and a reference to the log. Never what the failure says."""
    code = error.code if isinstance(error, ServiceError) else "internal_error"
    return problem(code, "The work failed several times in a row and was given up.")


def problem(code: str, detail: str) -> dict[str, Any]:
    """A problem with a reference of its own."""
    return {"code": code, "detail": detail, "reference": new_id().hex}
