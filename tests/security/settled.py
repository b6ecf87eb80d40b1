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
_GONE = "SELECT customer_id::text FROM customer_state WHERE customer_id = ANY(%s::uuid[])"


def wait_for_directory(system: RunningSystem) -> None:
    """Services learn of teams and users by an event, so a moment later."""
    with ExitStack() as stack:
        gateway, *others = (
            stack.enter_context(psycopg.connect(system.database_url(name), autocommit=True))
            for name in ("gateway", "customers", "tasks")
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


def _texts(connection: psycopg.Connection[Any], statement: str, expected: list[str]) -> set[str]:
    return {found for (found,) in connection.execute(statement, (expected,))}


def _revision(connection: psycopg.Connection[Any]) -> int | None:
    row = connection.execute("SELECT revision FROM directory_state").fetchone()
    return row[0] if row else None
