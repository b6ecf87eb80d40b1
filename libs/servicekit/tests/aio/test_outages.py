"""The asyncio client while the broker goes away and comes back."""

from __future__ import annotations

import asyncio
import time

import pytest

from servicekit.aio import CallTimeout
from servicekit.errors import Unavailable
from servicekit.testing.infrastructure import fresh_vhost
from servicekit.testing.proxy import proxied
from servicekit.testing.waiting import eventually_async
from servicekit.tests.aio.conftest import connected

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("workshop")]
BACK_WITHIN = 5.0


async def test_everything_pending_fails_at_once_when_the_connection_is_lost(bus_url: str):
    with proxied(bus_url) as (proxy, url):
        async with connected(url) as client:
            reads = [client.call("workshop", "sleep", 8.0, deadline=8.0) for _ in range(10)]
            writes = [client.call("workshop", "sleep", 8.0, deadline=8.0, write=True) for _ in range(10)]
            pending = asyncio.gather(*reads, *writes, return_exceptions=True)
            await asyncio.sleep(0.2)
            began = time.monotonic()
            proxy.cut()
            errors = await pending
            assert time.monotonic() - began < 1
            assert [type(error) for error in errors] == [Unavailable] * 10 + [CallTimeout] * 10
            assert not client.ready


async def test_calls_while_it_is_down_fail_at_once(bus_url: str):
    with proxied(bus_url) as (proxy, url):
        async with connected(url) as client:
            proxy.cut()
            await eventually_async(lambda: not client.ready)
            began = time.monotonic()
            with pytest.raises(Unavailable, match="bus_down"):
                await client.call("workshop", "echo", 1, write=True)
            assert time.monotonic() - began < 1  # the deadline is five seconds away


async def test_client_connects_again_by_itself_with_a_new_reply_queue(bus_url: str):
    with proxied(bus_url) as (proxy, url):
        async with connected(url) as client:
            for i in range(5):
                proxy.cut()
                await eventually_async(lambda: not client.ready)
                proxy.restore()
                await eventually_async(lambda: client.ready, within=BACK_WITHIN)
                assert await client.call("workshop", "echo", i) == i


async def test_client_starts_while_the_broker_is_down(bus_url: str):
    with proxied(bus_url) as (proxy, url):
        proxy.cut()
        async with connected(url) as client:
            assert not client.ready
            proxy.restore()
            await eventually_async(lambda: client.ready, within=BACK_WITHIN)
            assert await client.call("workshop", "echo", 1) == 1


async def test_client_waits_for_the_topology():
    with fresh_vhost("bare") as url:
        async with connected(url) as client:
            assert not client.ready
            from servicekit.testing.bus import declare_rpc_exchange

            declare_rpc_exchange(url)
            await eventually_async(lambda: client.ready, within=BACK_WITHIN)


async def test_black_hole_is_noticed_by_missing_heartbeats(bus_url: str):
    with proxied(bus_url) as (proxy, url):
        async with connected(f"{url}?heartbeat=1") as client:
            proxy.freeze()
            await eventually_async(lambda: not client.ready, within=15)
            with pytest.raises(Unavailable, match="bus_down"):
                await client.call("workshop", "echo", 1)


async def test_calls_into_a_black_hole_end_with_their_deadline(bus_url: str):
    with proxied(bus_url) as (proxy, url):
        async with connected(url) as client:
            proxy.freeze()
            began = time.monotonic()
            with pytest.raises(CallTimeout):
                await client.call("workshop", "echo", 1, deadline=0.3, write=True)
            assert time.monotonic() - began < 1


async def test_idle_client_stays_connected(bus_url: str):
    async with connected(f"{bus_url}?heartbeat=1") as client:
        losses = client.losses
        await asyncio.sleep(3.5)
        assert client.losses == losses
        assert await client.call("workshop", "echo", 1) == 1


async def test_closing_while_calls_wait_ends_them(bus_url: str):
    async with connected(bus_url) as client:
        call = asyncio.create_task(client.call("workshop", "sleep", 10.0))
        await asyncio.sleep(0.1)
        await client.close()
        with pytest.raises(Unavailable):
            await call
