"""The asyncio client against a running service."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest

from servicekit import context, wire
from servicekit.aio import CallTimeout, RemoteFailure, RpcClient
from servicekit.errors import WIRE_ERRORS, TooLarge, Unavailable
from servicekit.testing.bus import RawClient
from servicekit.testing.process import ServiceProcess
from servicekit.testing.waiting import eventually
from servicekit.tests.aio.conftest import connected

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("workshop")]


@contextmanager
def overheard(raw: RawClient) -> Iterator[Any]:
    """Yields a function that tells the sizes of all groups sent to the workshop since."""
    queue = raw.channel.queue_declare("", exclusive=True).queue
    raw.channel.queue_bind(queue, wire.EXCHANGE, "workshop.*")

    def sizes() -> list[int]:
        found = []
        while message := raw.channel.basic_get(queue, no_ack=True):
            found.append(len(orjson.loads(message.body)["calls"]))
        return found

    yield sizes
    raw.channel.queue_delete(queue)


async def test_call_answers_with_the_result(bus_url: str):
    async with connected(bus_url) as client:
        assert client.ready
        assert await client.call("workshop", "echo", {"a": [1, None, "ü"]}) == {"a": [1, None, "ü"]}
        assert await client.call("workshop", "echo", value="by name", grouped=False) == "by name"


@pytest.mark.parametrize("name", WIRE_ERRORS)
async def test_the_eight_errors_are_raised_as_themselves(bus_url: str, name: str):
    async with connected(bus_url) as client:
        with pytest.raises(WIRE_ERRORS[name]) as caught:
            await client.call("workshop", "refuse", name)
        assert caught.value.args == ("some_code", {"about": [1, "two"]})


async def test_defect_is_a_reference_into_the_logs(bus_url: str, workshop: ServiceProcess):
    async with connected(bus_url) as client:
        with pytest.raises(RemoteFailure) as caught:
            await client.call("workshop", "break_down")
        assert eventually(lambda: workshop.logged("failed", reference=caught.value.reference))


async def test_many_calls_are_answered_each_with_its_own_result(bus_url: str):
    async with connected(bus_url) as client:
        results = await asyncio.gather(*(client.call("workshop", "echo", i) for i in range(500)))
        assert results == list(range(500))


async def test_call_with_nothing_under_way_leaves_at_once(bus_url: str, raw: RawClient):
    async with connected(bus_url) as client:
        with overheard(raw) as sizes:
            for i in range(3):
                await client.call("workshop", "echo", i)
            assert sizes() == [1, 1, 1]


async def test_calls_gather_while_another_is_under_way(bus_url: str, raw: RawClient):
    async with connected(bus_url) as client:
        with overheard(raw) as sizes:
            await asyncio.gather(*(client.call("workshop", "echo", i) for i in range(21)))
            assert sizes() == [1, 20]


async def test_group_leaves_when_it_is_full(bus_url: str, raw: RawClient):
    async with connected(bus_url) as client:
        with overheard(raw) as sizes:
            await asyncio.gather(*(client.call("workshop", "echo", i) for i in range(100)))
            assert max(sizes()) == 32


async def test_group_leaves_when_it_is_heavy(bus_url: str, raw: RawClient):
    async with connected(bus_url) as client:
        with overheard(raw) as sizes:
            await asyncio.gather(*(client.call("workshop", "echo", "x" * 30_000) for _ in range(10)))
            assert max(sizes()) == 3


async def test_group_does_not_wait_for_a_slow_call(bus_url: str):
    async with connected(bus_url) as client:
        slow = asyncio.create_task(client.call("workshop", "sleep", 2.0))
        await asyncio.sleep(0)
        began = time.monotonic()
        await client.call("workshop", "echo", 1)
        assert time.monotonic() - began < 1
        slow.cancel()


async def test_heavy_call_travels_alone(bus_url: str, raw: RawClient):
    async with connected(bus_url) as client:
        with overheard(raw) as sizes:
            await asyncio.gather(*(client.call("workshop", "echo", i, grouped=False) for i in range(5)))
            assert sizes() == [1] * 5


async def test_context_of_each_call_travels_with_it(bus_url: str):
    async def ask(client: RpcClient, request_id: str) -> Any:
        with context.use(context.CallContext(request_id, time.time() + 3, "u-1")):
            return await client.call("workshop", "who_calls")

    async with connected(bus_url) as client:
        answers = await asyncio.gather(*(ask(client, f"r-{i}") for i in range(10)))
        assert [answer["request_id"] for answer in answers] == [f"r-{i}" for i in range(10)]
        assert all(answer["user_id"] == "u-1" and 0 < answer["left"] <= 3 for answer in answers)


async def test_deadline_of_the_request_limits_that_of_the_call(bus_url: str):
    async with connected(bus_url) as client:
        began = time.monotonic()
        with context.use(context.new_context(timeout=0.2)), pytest.raises(Unavailable):
            await client.call("workshop", "sleep", 3.0, deadline=10.0)
        assert time.monotonic() - began < 1


async def test_read_past_its_deadline_is_unavailable_and_a_write_of_unknown_outcome(bus_url: str):
    async with connected(bus_url) as client:
        began = time.monotonic()
        with pytest.raises(Unavailable) as read:
            await client.call("workshop", "sleep", 2.0, deadline=0.2)
        with pytest.raises(CallTimeout) as write:
            await client.call("workshop", "sleep", 2.0, deadline=0.2, write=True)
        assert time.monotonic() - began < 1.5
        assert read.value.code == "rpc_timeout"
        assert read.value.payload["retry_after"]
        assert write.value.write


async def test_late_answer_harms_nobody(bus_url: str):
    async with connected(bus_url) as client:
        with pytest.raises(Unavailable):
            await client.call("workshop", "sleep", 0.3, deadline=0.1)
        assert await client.call("workshop", "sleep", 0.4) == "slept"
        assert await client.call("workshop", "echo", 1) == 1


async def test_cancelled_call_leaves_nothing_behind(bus_url: str):
    async with connected(bus_url) as client:
        call = asyncio.create_task(client.call("workshop", "sleep", 0.2))
        await asyncio.sleep(0.05)
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
        assert client.under_way == 0
        assert await client.call("workshop", "echo", 1) == 1


async def test_absent_service_is_told_at_once(bus_url: str):
    """Without confirms aio-pika drops the broker's returns, and the call waits for its deadline."""
    async with connected(bus_url) as client:
        began = time.monotonic()
        calls = (client.call("nobody", "anything", write=True) for _ in range(50))
        errors = await asyncio.gather(*calls, return_exceptions=True)
        assert {type(error) for error in errors} == {Unavailable}
        assert {error.code for error in errors} == {"service_down"}
        assert time.monotonic() - began < 1


async def test_call_that_is_too_large_is_refused_before_it_leaves(bus_url: str):
    async with connected(bus_url) as client:
        with pytest.raises(TooLarge):
            await client.call("workshop", "echo", "x" * wire.MAX_BODY)
        assert await client.call("workshop", "echo", 1) == 1


async def test_largest_call_harms_none_that_is_made_with_it(bus_url: str):
    """Not by filling up their group, nor by filling up the socket."""
    largest = "x" * (wire.MAX_CALL - 500)
    async with connected(bus_url) as client:
        calls = [client.call("workshop", "echo", value) for value in ("first", 1, 2, largest, "y" * 1_000)]
        assert await asyncio.gather(*calls) == ["first", 1, 2, largest, "y" * 1_000]


async def test_answer_that_no_broker_would_carry_is_an_error_and_harms_no_other(bus_url: str):
    async with connected(bus_url) as client:
        calls = [client.call("workshop", "answer_at_length", size) for size in (1, wire.MAX_ANSWER, 2)]
        first, much, last = await asyncio.gather(*calls, return_exceptions=True)
        assert (first, last) == ("x", "xx")
        assert isinstance(much, TooLarge)
        assert much.code == "answer_too_large"


async def test_large_calls_and_answers_arrive_whole(bus_url: str):
    async with connected(bus_url) as client:
        big = {"text": "ü" * 1_000_000}
        assert await client.call("workshop", "echo", big) == big


async def test_call_does_not_start_after_its_deadline(bus_url: str, tmp_path: Path):
    trace = tmp_path / "trace"
    async with connected(bus_url) as client:
        with pytest.raises(Unavailable):
            await client.call("workshop", "write_down", str(trace), "word", deadline=0.0)
        await client.call("workshop", "echo", 1)
        assert not trace.exists()
