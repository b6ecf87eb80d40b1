"""A running workshop, and a client of it in the test's own event loop."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from servicekit.aio import RpcClient
from servicekit.testing.process import ServiceProcess, running_service
from servicekit.tests.rpc.conftest import WORKSHOP


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def workshop(bus_url: str) -> Iterator[ServiceProcess]:
    with running_service(WORKSHOP, AMQP_URL=bus_url) as service:
        yield service


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[RpcClient]:
    """A client that is closed afterwards."""
    client = await RpcClient.connect(url, user="guest")
    try:
        yield client
    finally:
        await client.close()
