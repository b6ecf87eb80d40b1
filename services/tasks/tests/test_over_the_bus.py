"""The service as it runs: a process that asks the customers service, another one, over a broker."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from directory import repository as directory_rows
from directory.model import Directory, Team
from servicekit.aio import RpcClient
from servicekit.database import Transactions
from servicekit.database.migrate import migrate
from servicekit.errors import NotFound, Unavailable
from servicekit.events import topology
from servicekit.ids import new_id
from servicekit.scope import ADMIN, AGENT, Scope
from servicekit.testing.infrastructure import fresh_database, fresh_vhost
from servicekit.testing.process import running_service

pytestmark = pytest.mark.system
SALES, CARE = str(new_id()), str(new_id())
ADMINISTRATOR = Scope(str(new_id()), ADMIN).dump()
MARIA = Scope(str(new_id()), AGENT, frozenset({SALES})).dump()
PAULO = Scope(str(new_id()), AGENT, frozenset({CARE})).dump()
CUSTOMERS, TASKS = "services.customers", "services.tasks"


@dataclass(frozen=True)
class Bus:
    url: str

    def call(self, service: str, method: str, scope: Any, *args: Any) -> Any:
        return asyncio.run(self._call(service, method, scope, *args))

    async def _call(self, service: str, method: str, *args: Any) -> Any:
        client = await RpcClient.connect(self.url)
        try:
            return await client.call(service, method, *args, deadline=20.0)
        finally:
            await client.close()


@pytest.fixture(scope="module")
def customers_database() -> Iterator[str]:
    """With two teams: there is no gateway to tell of them."""
    with fresh_database("customers") as url:
        migrate(CUSTOMERS, url)
        database = Transactions.connect(url)
        with database.unit_of_work() as uow:
            teams = [Team(SALES, "Sales"), Team(CARE, "Care")]
            directory_rows.replace(uow.connection, Directory.of(revision=1, teams=teams, users=[]))
        database.close()
        yield url


@pytest.fixture(scope="module")
def bus(migrated_database: str, customers_database: str) -> Iterator[Bus]:
    with fresh_vhost() as url:
        topology.declare(url, topology.load([CUSTOMERS, TASKS]))
        with (
            running_service(f"{TASKS}.service:TasksService", AMQP_URL=url, DATABASE_URL=migrated_database),
            running_service(
                f"{CUSTOMERS}.service:CustomersService", AMQP_URL=url, DATABASE_URL=customers_database
            ),
        ):
            yield Bus(url)


def test_a_note_is_read_by_its_team_while_it_sees_the_customer(bus: Bus) -> None:
    data = {"name": "Ana Souza", "teams": [SALES, CARE]}
    customer = bus.call("customers", "create_customer", ADMINISTRATOR, data)["customer"]["id"]
    note = bus.call("tasks", "create_note", MARIA, customer, {"body": "Likes tea"})["note"]
    assert (note["customer"], note["team"]) == (customer, SALES)
    assert bus.call("tasks", "list_notes", MARIA, customer)["data"] == [note]
    assert bus.call("tasks", "list_notes", PAULO, customer)["data"] == []
    assert bus.call("tasks", "for_profile", ADMINISTRATOR, customer)["counters"]["notes"] == 1

    bus.call("customers", "update_customer", ADMINISTRATOR, customer, {"teams": [CARE]})
    for method, asked in (("list_notes", customer), ("get_note", note["id"])):
        with pytest.raises(NotFound):
            bus.call("tasks", method, MARIA, asked)


def test_without_the_customers_service_nobody_is_shown_anything(migrated_database: str) -> None:
    with fresh_vhost() as url:
        topology.declare(url, topology.load([TASKS]))
        with running_service(f"{TASKS}.service:TasksService", AMQP_URL=url, DATABASE_URL=migrated_database):
            with pytest.raises(Unavailable, match="service_down"):
                Bus(url).call("tasks", "list_notes", MARIA, str(new_id()))
            assert Bus(url).call("tasks", "team_usage", ADMINISTRATOR, str(new_id()))["notes"] == 0
