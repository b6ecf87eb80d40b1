"""Whoever changes a form no longer waits for what it said before: the earlier question is given up.

In whichever replica it runs: while it does, its connection is named after the form. Only the form's own
statement is ever cancelled: naming, cancelling and ending take turns by a lock of the name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from sqlalchemy import Connection, text

from servicekit.database import Transactions
from servicekit.database.unit_of_work import OutOfTime, reading_within
from servicekit.errors import Conflict, ServiceError
from services.customers.search.running import Budget, too_expensive

_PATIENCE: Final = 2.0
_EARLY: Final = 0.01  # a statement that is given up with so much time left was told to
_LOCK: Final = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
_CANCEL: Final = text("""
    SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity
    WHERE application_name = :name AND datname = current_database() AND usename = current_user
      AND backend_type = 'client backend' AND pid <> pg_backend_pid()""")


def name_of(user_id: str, form: str) -> str:
    """By which the connection of this user's form is known."""
    return f"preview:{hashlib.sha256(f'{user_id} {form}'.encode()).hexdigest()[:32]}"


def give_up_earlier(database: Transactions, name: str) -> None:
    """What runs under this name by now ends with Conflict `superseded`; at its own time, where it cannot be
    told to within moments."""
    with suppress(OutOfTime), database.reading() as connection, reading_within(connection, _PATIENCE):
        connection.execute(_LOCK, {"name": name})
        connection.execute(_CANCEL, {"name": name})


@contextmanager
def replaceable(connection: Connection, name: str, budget: Budget) -> Iterator[None]:
    """The statements of the block run under this name. Raises Conflict `superseded`."""
    try:
        with reading_within(connection, budget.left):
            connection.execute(text("SELECT set_config('application_name', :name, true)"), {"name": name})
            yield
            connection.execute(_LOCK, {"name": name})
    except OutOfTime:
        raise given_up(budget) from None


def given_up(budget: Budget) -> ServiceError:
    """Why a statement of this budget was: the time is up, unless it was told to end before."""
    return too_expensive() if budget.left < _EARLY else Conflict("superseded")
