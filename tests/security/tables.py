"""What is in the tables of a running system: checksums, and every id that was ever issued."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import psycopg
from psycopg.sql import SQL, Composed, Identifier, Literal

from deploy.local.system import RunningSystem

SERVICES = ("customers", "dedup", "gateway", "import_export", "reports", "tasks")
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
_WRITERS = "SELECT {}, count(*), sum(xmin::text::bigint) FROM {}"
_CHECKSUM = "SELECT md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text), '')) FROM {} t"

Checksums = dict[str, str]


@dataclass(frozen=True)
class Tables:
    """All tables of one service's database."""

    service: str
    connection: psycopg.Connection[Any]
    # What was found the last time, by table: who wrote its rows, and the checksum.
    _found: dict[str, tuple[list[Any], str]] = field(default_factory=dict, repr=False)

    @cached_property
    def names(self) -> list[str]:
        return [name for (name,) in self.connection.execute(_TABLES)]

    def checksums(self) -> Checksums:
        """`service.table` → a checksum of all its rows, in one snapshot.

        Rows are read only where one was written since the last time: whoever writes a row leaves a higher
        number on it than was there before, so that neither count nor sum of a table can stay as they were.
        """
        with self.connection.transaction():
            self.connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            writers = {name: found for name, *found in self.connection.execute(self._writers)}
            written = [name for name in self.names if self._found.get(name, ([],))[0] != writers[name]]
            for name in written:
                checksum = self.connection.execute(SQL(_CHECKSUM).format(Identifier(name))).fetchone()
                self._found[name] = (writers[name], str(checksum))
        return {f"{self.service}.{name}": self._found[name][1] for name in self.names}

    def ids(self) -> set[str]:
        """Every UUID in any column."""
        found: set[str] = set()
        for name in self.names:
            for (row,) in self.connection.execute(SQL("SELECT t::text FROM {} t").format(Identifier(name))):
                found.update(_ID.findall(row))
        return found

    @cached_property
    def _writers(self) -> Composed:
        parts = (SQL(_WRITERS).format(Literal(name), Identifier(name)) for name in self.names)
        return SQL(" UNION ALL ").join(parts)


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
