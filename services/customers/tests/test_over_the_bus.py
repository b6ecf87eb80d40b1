"""The service as it runs: a process, a broker, a database."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from servicekit.aio import RpcClient
from servicekit.errors import Duplicate, NotFound
from servicekit.events.topology import declare
from servicekit.ids import new_id
from servicekit.scope import ADMIN, Scope
from servicekit.testing.infrastructure import fresh_vhost
from servicekit.testing.process import running_service
from services.customers.topology import TOPOLOGY

pytestmark = pytest.mark.system
SCOPE = Scope(str(new_id()), ADMIN).dump()


@pytest.fixture(scope="module")
def bus(migrated_database: str) -> Iterator[str]:
    with fresh_vhost() as url:
        declare(url, [TOPOLOGY])
        path, environment = "services.customers.service:CustomersService", {"DATABASE_URL": migrated_database}
        with running_service(path, AMQP_URL=url, **environment):
            yield url


def call(bus: str, *calls: tuple[str, tuple[Any, ...]]) -> list[Any]:
    """All at once, as a gateway would; an error is an outcome."""

    async def work() -> list[Any]:
        client = await RpcClient.connect(bus)
        try:
            pending = [
                client.call("customers", method, SCOPE, *args, deadline=20.0) for method, args in calls
            ]
            return await asyncio.gather(*pending, return_exceptions=True)
        finally:
            await client.close()

    return asyncio.run(work())


def test_many_creators_of_one_phone_over_the_bus_make_one_customer(bus: str) -> None:
    data = {"name": "Maria", "phone": "+5511912340000"}
    outcomes = call(bus, *[("create_customer", (data,))] * 60)
    made = [outcome for outcome in outcomes if isinstance(outcome, dict)]
    assert len(made) == 1
    assert [type(o) for o in outcomes if o is not made[0]] == [Duplicate] * 59


def test_a_customer_is_read_listed_and_missed_over_the_bus(bus: str) -> None:
    (made,) = call(bus, ("create_customer", ({"name": "Bus", "email": "bus@x.com", "custom": {}},)))
    customer = made["customer"]
    got, listed, missed = call(
        bus,
        ("get_customer", (customer["id"],)),
        ("list_customers", (5,)),
        ("get_customer", (str(new_id()),)),
    )
    assert got == {"customer": customer}
    assert customer in listed["data"]
    assert isinstance(missed, NotFound)
    assert orjson.dumps(got)
