"""Databases for tests: with the tables of plumbing, and emptied between two tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import text

from servicekit.database import Transactions
from servicekit.database.migrate import migrate
from servicekit.database.tables import create_plumbing_v1
from servicekit.testing.infrastructure import fresh_database

_USED = text("""
    SELECT oid::regclass::text, pg_relation_size(oid) > 500000 FROM pg_class
    WHERE oid = ANY(CAST(CAST(:names AS regclass[]) AS oid[])) AND pg_relation_size(oid) > 0""")
_COUNT_ANEW = """
    SELECT setval(seqrelid, seqstart, false) FROM pg_sequence
    WHERE EXISTS (SELECT FROM pg_depend WHERE objid = seqrelid AND deptype IN ('a', 'i'))"""


@contextmanager
def plumbed_database(*statements: str) -> Iterator[str]:
    """A new database with outbox, inbox, parked messages and idempotency, and what `statements` add."""
    with fresh_database() as url:
        with psycopg.connect(url) as connection:
            create_plumbing_v1(connection)
            for statement in statements:
                connection.execute(statement.encode())
        yield url


@contextmanager
def migrated(service: str) -> Iterator[str]:
    """A new database of this service, as its migrations make it."""
    with fresh_database(service) as url:
        migrate(f"services.{service}", url)
        yield url


@contextmanager
def connected(url: str, service: str) -> Iterator[Transactions]:
    """With connections for a test's threads."""
    database = Transactions.connect(url, service=service, pool_size=20)
    yield database
    database.close()


def empty(database: Transactions, tables: Iterable[str]) -> None:
    """Takes all rows out of these tables, and lets their numbers begin anew.

    Like TRUNCATE, which would make new files for all of them: that takes longer than most tests.
    """
    with database.unit_of_work() as uow:
        used = uow.connection.execute(_USED, {"names": list(tables)}).all()
        # All that points at a row goes with it, in whatever order.
        uow.connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        for name, is_large in used:
            statement = f"TRUNCATE {name} CASCADE" if is_large else f"DELETE FROM {name}"
            uow.connection.exec_driver_sql(statement)
        uow.connection.exec_driver_sql(_COUNT_ANEW)
