"""The service as it runs: a process, a broker, a database."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import kombu
import orjson
import psycopg
import pytest

from servicekit.aio import RpcClient
from servicekit.clock import to_rfc3339, utc_now
from servicekit.events.cloudevent import CONTENT_TYPE, Event, completed, encode
from servicekit.events.topology import declare
from servicekit.ids import new_id
from servicekit.scope import ADMIN, Scope
from servicekit.testing.infrastructure import fresh_vhost
from servicekit.testing.process import running_service
from servicekit.testing.waiting import eventually
from services.tasks.topology import TOPOLOGY

pytestmark = pytest.mark.system
SCOPE = Scope(str(new_id()), ADMIN).dump()
EXCHANGE = kombu.Exchange("crm.events", "topic", no_declare=True)


@pytest.fixture(scope="module")
def bus(migrated_database: str) -> Iterator[str]:
    with fresh_vhost() as url:
        declare(url, [TOPOLOGY])
        path, environment = "services.tasks.service:TasksService", {"DATABASE_URL": migrated_database}
        with running_service(path, AMQP_URL=url, **environment):
            yield url


def call(bus: str, *calls: tuple[str, tuple[Any, ...]]) -> list[Any]:
    """All at once, as a gateway would."""

    async def work() -> list[Any]:
        client = await RpcClient.connect(bus)
        try:
            return await asyncio.gather(
                *(client.call("tasks", method, SCOPE, *args, deadline=20.0) for method, args in calls)
            )
        finally:
            await client.close()

    return asyncio.run(work())


def test_edits_at_once_are_all_made(bus: str) -> None:
    [made] = call(bus, ("create_task", ({"title": "Call back"},)))
    edits = [("update_task", (made["id"], {"title": f"Title {number}"})) for number in range(6)]
    call(bus, *edits)
    [task] = call(bus, ("get_task", (made["id"],)))
    assert task["version"] == 7


def test_a_reminder_is_on_the_bus_within_a_moment(bus: str) -> None:
    with kombu.Connection(bus) as connection:
        queue = kombu.Queue("", EXCHANGE, routing_key="task.due.v1", exclusive=True, durable=False)
        bound = queue(connection.channel())
        bound.declare()
        [made] = call(bus, ("create_task", ({"title": "Now", "due_at": to_rfc3339(utc_now())},)))
        told = orjson.loads(eventually(bound.get).body)
    assert told["data"] == {"task": made["id"], "customer": None, "responsible": SCOPE["user_id"]}


def test_what_is_to_be_done_for_a_deleted_customer_waits(bus: str, migrated_database: str) -> None:
    task, customer = str(new_id()), str(new_id())
    with psycopg.connect(migrated_database, autocommit=True) as connection:

        def status() -> str:
            return connection.execute("SELECT status FROM task WHERE id = %s", (task,)).fetchone()[0]  # type: ignore[index]

        connection.execute(
            """INSERT INTO task (id, title, customer_id, responsible_id, author_id, created_at, updated_at)
               VALUES (%(task)s, 'x', %(customer)s, %(task)s, %(task)s, now(), now())""",
            {"task": task, "customer": customer},
        )
        for revision, kind, expected in ((2, "deleted", "cancelled"), (3, "restored", "open")):
            entry = {"id": customer, "version": 1, "revision": revision, "kind": kind, "members": [customer]}
            _publish(bus, Event("customers.changed.v1", {"customers": [entry]}))
            eventually(_is(status, expected), what=expected)


def _is(status: Callable[[], str], expected: str) -> Callable[[], bool]:
    return lambda: status() == expected


def _publish(bus: str, event: Event) -> None:
    with kombu.Connection(bus) as connection:
        kombu.Producer(connection.channel(), EXCHANGE, auto_declare=False).publish(
            encode(completed(event, source="/services/customers")),
            routing_key=event.type,
            content_type=CONTENT_TYPE,
            content_encoding="utf-8",
        )
