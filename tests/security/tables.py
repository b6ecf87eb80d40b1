"""What is in the tables of a running system: checksums, and every id that was ever issued."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.sql import SQL, Composed, Identifier, Literal

from deploy.local.system import RunningSystem

SERVICES = ("customers", "dedup", "gateway", "tasks")
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"

Checksums = dict[str, str]


@dataclass(frozen=True)
class Tables:
    """All tables of one service's database."""

    service: str
    connection: psycopg.Connection[Any]

    def names(self) -> list[str]:
        return [name for (name,) in self.connection.execute(_TABLES)]

    def checksums(self) -> Checksums:
        """`service.table` → a checksum of all its rows, in one snapshot."""
        rows = self.connection.execute(SQL(" UNION ALL ").join(map(self._checksum, self.names())))
        return {f"{self.service}.{name}": checksum for name, checksum in rows}

    def ids(self) -> set[str]:
        """Every UUID in any column."""
        found: set[str] = set()
        for name in self.names():
            for (row,) in self.connection.execute(SQL("SELECT t::text FROM {} t").format(Identifier(name))):
                found.update(_ID.findall(row))
        return found

    def _checksum(self, name: str) -> Composed:
        return SQL(
            "SELECT {}, md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text), '')) FROM {} t"
        ).format(Literal(name), Identifier(name))


@contextmanager
def tables_of(system: RunningSystem) -> Iterator[tuple[Tables, ...]]:
    with ExitStack() as stack:
        yield tuple(
            Tables(name, stack.enter_context(psycopg.connect(system.database_url(name), autocommit=True)))
            for name in SERVICES
        )


def every_id(system: RunningSystem) -> frozenset[str]:
    with tables_of(system) as tables:
        return frozenset().union(*(each.ids() for each in tables))
