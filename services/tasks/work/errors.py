"""What goes wrong inside one transaction and is repeated rather than told."""

from __future__ import annotations

from psycopg.errors import SerializationFailure
from sqlalchemy.exc import OperationalError


class ChangedMeanwhile(OperationalError):
    """The task is not as it was when its rights were looked at: the call is repeated from the beginning."""

    def __init__(self) -> None:
        super().__init__("(changed between reading and locking)", None, SerializationFailure())
