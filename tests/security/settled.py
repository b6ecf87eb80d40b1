"""Until everything that was sent has arrived."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import psycopg

from deploy.local.system import RunningSystem
from tests.security.known import World
from tests.support.waiting import eventually

_INTERACTIONS = """
    SELECT external_id FROM interaction
    WHERE (messages > 0 OR kind <> 'conversation') AND external_id = ANY(%s)"""
# What the index makes its own: names, records and identities. Of other changes it takes no notice.
_LIVE = """
    SELECT root.id::text, root.name FROM customer root
    WHERE root.root_id = root.id AND root.deleted_at IS NULL
    UNION ALL
    SELECT record.id::text, root.id::text FROM customer record JOIN customer root ON root.id = record.root_id
    WHERE root.deleted_at IS NULL
    UNION ALL
    SELECT DISTINCT held.space || ' ' || held.value, root.id::text FROM identity_holder held
    JOIN customer record ON record.id = held.customer_id JOIN customer root ON root.id = record.root_id
    WHERE root.deleted_at IS NULL
    ORDER BY 1, 2"""
_INDEXED = """
    SELECT customer_id::text, name FROM indexed_customer
    UNION ALL SELECT record_id::text, customer_id::text FROM indexed_record
    UNION ALL SELECT space || ' ' || value, customer_id::text FROM indexed_identity
    ORDER BY 1, 2"""
_GONE = "SELECT customer_id::text FROM customer_state WHERE customer_id = ANY(%s::uuid[])"


def wait_for_directory(system: RunningSystem) -> None:
    """Services learn of teams and users by an event, so a moment later."""
    with ExitStack() as stack:
        gateway, *others = (
            stack.enter_context(psycopg.connect(system.database_url(name), autocommit=True))
            for name in ("gateway", "customers", "dedup", "tasks")
        )
        eventually(lambda: {_revision(each) for each in others} == {_revision(gateway)}, within=30)


def wait_for_world(system: RunningSystem, world: World) -> None:
    """Conversations with their messages, appointments, purchases; deletions, which tasks hear of."""
    for service, statement, expected in (
        ("customers", _INTERACTIONS, world.conversations),
        ("tasks", _GONE, world.gone),
    ):
        with psycopg.connect(system.database_url(service), autocommit=True) as connection:
            eventually(lambda: _texts(connection, statement, expected) == set(expected), within=30)  # noqa: B023
    wait_for_index(system)


class Index:
    """Of possible duplicates, which are found a moment after a change. Used in a `with` block."""

    def __init__(self, system: RunningSystem) -> None:
        self._customers, self._dedup = (
            psycopg.connect(system.database_url(name), autocommit=True) for name in ("customers", "dedup")
        )

    def __enter__(self) -> Index:
        return self

    def __exit__(self, *exc: object) -> None:
        self._customers.close()
        self._dedup.close()

    def wait(self) -> None:
        """Until it has every live customer as of now, and nobody else."""
        eventually(self._is_settled, within=30)

    def _is_settled(self) -> bool:
        live, indexed = self._customers.execute(_LIVE), self._dedup.execute(_INDEXED)
        return live.fetchall() == indexed.fetchall()


def wait_for_index(system: RunningSystem) -> None:
    with Index(system) as index:
        index.wait()


def _texts(connection: psycopg.Connection[Any], statement: str, expected: list[str]) -> set[str]:
    return {found for (found,) in connection.execute(statement, (expected,))}


def _revision(connection: psycopg.Connection[Any]) -> int | None:
    row = connection.execute("SELECT revision FROM directory_state").fetchone()
    return row[0] if row else None
