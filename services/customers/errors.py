"""What goes wrong inside one transaction and is repeated rather than told."""

from __future__ import annotations

from psycopg.errors import SerializationFailure
from sqlalchemy.exc import OperationalError


class ChangedMeanwhile(OperationalError):
    """What was read without a lock no longer holds. Carries SQLSTATE 40001: the unit of work is repeated."""

    def __init__(self) -> None:
        super().__init__("(changed between reading and locking)", None, SerializationFailure())
