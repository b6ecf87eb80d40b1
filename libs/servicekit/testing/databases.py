"""A database with the tables of plumbing, for tests of what uses them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from servicekit.database.tables import create_plumbing_v1
from servicekit.testing.infrastructure import fresh_database


@contextmanager
def plumbed_database(*statements: str) -> Iterator[str]:
    """A new database with outbox, inbox, parked messages and idempotency, and what `statements` add."""
    with fresh_database() as url:
        with psycopg.connect(url) as connection:
            create_plumbing_v1(connection)
            for statement in statements:
                connection.execute(statement.encode())
        yield url
