"""Streams that are behind: whoever comes back, reads slowly, or waits for a service that is away."""

from __future__ import annotations

import asyncio
import time

import pytest

from gateway.push import fanout
from gateway.tests.listening import (
    ALL,
    ONE,
    OTHERS,
    OWN,
    TWO,
    Client,
    Company,
    a_company,
    added,
    changed,
    flushed,
    settled,
    small_ring,
)
from servicekit.scope import AGENT, Scope
from servicekit.testing.waiting import eventually_async

pytestmark = pytest.mark.anyio


@pytest.fixture
def company() -> Company:
    return a_company()


async def test_a_stream_goes_on_where_another_broke_off(company: Company):
    push = company.push()
    first = Client(push, ONE)
    await settled()
    push.hear(changed(OWN, "created"))
    await flushed(push)
    await first.close()
    push.hear(changed(OWN))
    push.hear(changed(OTHERS))
    second = Client(push, ONE, last=first.last)
    await flushed(push)
    assert [each["type"] for each in first.told + second.told] == ["customer.created", "customer.updated"]
    await second.close()


async def test_a_quiet_stream_knows_where_to_go_on_as_well(company: Company):
    push = company.push(mark_seconds=0.01)
    first = Client(push, ONE)
    await settled()
    began = first.last
    push.hear(changed(OTHERS))
    await flushed(push)
    await eventually_async(lambda: first.last != began)
    await first.close()
    push.hear(changed(OWN))
    second = Client(push, ONE, last=first.last)
    await flushed(push)
    assert [each["id"] for each in second.told] == [OWN]
    await second.close()


@pytest.mark.parametrize("last", ["", "7", "z" * 32, "0" * 32, "é" * 200])
async def test_whoever_comes_from_nowhere_known_is_told_to_read_anew(company: Company, last: str):
    push = company.push()
    client = Client(push, ONE, last=last)
    await flushed(push)
    assert client.told == [{"type": "resync"}]
    push.hear(changed(OWN))
    await flushed(push)
    assert [each["type"] for each in client.told] == ["resync", "customer.updated"]
    await client.close()


async def test_after_a_gap_everybody_reads_anew_once(company: Company):
    push = company.push()
    clients = [Client(push, each) for each in (ONE, TWO)]
    await settled()
    push.hear(changed(OWN))
    push.gap()
    for _ in range(3):
        await flushed(push)
    for client in clients:
        assert client.told == [{"type": "resync"}]
        await client.close()


async def test_a_slow_reader_holds_nothing_up_and_reads_anew_when_it_is_too_far_behind(company: Company):
    push = company.push(ring=small_ring(4))
    slow, quick = Client(push, ONE), Client(push, ONE)
    await settled()
    slow.slow(True)
    for version in range(2, 12):
        push.hear(changed(OWN, version=version))
        await flushed(push)
    assert [each["version"] for each in quick.told] == [*range(2, 12)]
    slow.slow(False)
    for _ in range(3):
        await flushed(push)
    assert slow.told[-1] == {"type": "resync"}
    assert len(slow.told) <= 4
    for client in (slow, quick):
        await client.close()


async def test_nothing_waits_for_a_slow_reader_whose_rights_may_end_meanwhile(company: Company):
    push = company.push()
    client = Client(push, ONE)
    await settled()
    client.slow(True)
    push.hear(changed(OWN))
    await flushed(push)
    push.hear(added(OWN, None))
    await flushed(push)
    company.callers[ONE] = Scope("user one", AGENT, frozenset({"2"}))
    client.slow(False)
    push.hear(changed(OTHERS))
    await flushed(push)
    await flushed(push)
    # The first was on its way already.
    assert [(each["type"], each["id"]) for each in client.told] == [
        ("customer.updated", OWN),
        ("customer.updated", OTHERS),
    ]
    await client.close()


async def test_where_to_go_on_is_never_ahead_of_what_was_told(company: Company):
    """News and the time for a mark may come in the same moment."""
    push = company.push(mark_seconds=0.01)
    stream = push.listen(ONE, ALL, None)
    await anext(stream)
    following = asyncio.ensure_future(anext(stream))
    await settled()
    [listener] = push._listeners
    asyncio.get_running_loop().call_later(0.011, listener.hand, b"the news", 1)
    time.sleep(0.05)  # the loop finds both due when it comes to look
    assert await following == b"the news"
    await stream.aclose()


async def test_while_a_service_is_away_nothing_is_lost(company: Company):
    push = company.push()
    client = Client(push, ONE)
    await settled()
    company.away = True
    for _ in range(3):
        push.hear(changed(OWN))
        await flushed(push)
    assert client.told == []
    company.away = False
    await flushed(push)
    assert [each["type"] for each in client.told] == ["customer.updated"]
    await client.close()


async def test_after_a_service_was_away_for_long_everything_is_read_anew(
    company: Company, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(fanout, "PATIENCE_SECONDS", 0.0)
    push = company.push()
    client = Client(push, ONE)
    await settled()
    company.away = True
    push.hear(changed(OWN))
    await flushed(push)
    await flushed(push)
    assert client.told == []
    company.away = False
    await flushed(push)
    assert client.told == [{"type": "resync"}]
    await client.close()
