"""What goes wrong inside one transaction and is repeated rather than told."""

from __future__ import annotations

from psycopg.errors import SerializationFailure


class ChangedMeanwhile(SerializationFailure):
    """What was read without a lock no longer holds. Carries SQLSTATE 40001: the unit of work is repeated."""
