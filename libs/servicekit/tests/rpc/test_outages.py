"""The broker goes away and comes back: seen through a proxy that is cut, the broker itself is shared."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from servicekit.testing.bus import RawClient, raw_client
from servicekit.testing.process import ServiceProcess, running_service
from servicekit.testing.proxy import Proxy, proxied
from servicekit.testing.waiting import eventually
from servicekit.tests.rpc.conftest import COLLEAGUE, WORKSHOP

BACK_WITHIN = 3.0  # the pauses between attempts are at most a second
HEARTBEAT = 2


@pytest.fixture
def proxy_and_url(bus_url: str) -> Iterator[tuple[Proxy, str]]:
    with proxied(bus_url) as both:
        yield both


@pytest.fixture
def proxy(proxy_and_url: tuple[Proxy, str]) -> Proxy:
    return proxy_and_url[0]


@pytest.fixture
def service(proxy_and_url: tuple[Proxy, str]) -> Iterator[ServiceProcess]:
    with running_service(WORKSHOP, AMQP_URL=f"{proxy_and_url[1]}?heartbeat={HEARTBEAT}") as service:
        yield service


def written(trace: Path) -> list[str]:
    return trace.read_text().splitlines() if trace.exists() else []


def test_outage_during_a_call_costs_the_answer_and_not_the_process(
    proxy: Proxy, service: ServiceProcess, raw: RawClient, tmp_path: Path
):
    """nameko publishes the answer from the worker: after ten seconds without a broker that kills the
    container."""
    trace = tmp_path / "trace"
    raw.publish("workshop.write_down", orjson.dumps({"args": [str(trace), "word", 0.5], "kwargs": {}}))
    eventually(lambda: written(trace))
    proxy.cut()
    eventually(lambda: "end word" in written(trace))
    eventually(lambda: not service.ready)
    proxy.restore()
    eventually(lambda: service.ready, within=BACK_WITHIN)
    assert raw.reply()["result"] == "word"  # redelivered, or sent on the new connection
    assert service.running


@pytest.mark.parametrize("times", [5])
def test_service_takes_calls_again_after_each_of_many_losses(
    proxy: Proxy, service: ServiceProcess, raw: RawClient, times: int
):
    for i in range(times):
        lost = service.metric("bus_connections_lost_total", link="rpc")
        proxy.drop()
        eventually(lambda lost=lost: service.metric("bus_connections_lost_total", link="rpc") > lost)
        eventually(lambda: service.ready, within=BACK_WITHIN)
        assert raw.call("workshop.echo", i)["result"] == i
    assert service.running


def test_service_starts_without_a_broker_and_serves_when_it_comes(bus_url: str, raw: RawClient):
    """nameko ends at once with ECONNREFUSED."""
    with proxied(bus_url) as (proxy, url):
        proxy.cut()
        with running_service(WORKSHOP, wait=False, AMQP_URL=url) as service:
            eventually(lambda: service.logged("call connection lost"))
            assert service.get("/livez").status_code == 200
            assert service.get("/readyz").json()["problems"]["rpc"].startswith("ConnectionRefusedError")
            proxy.restore()
            eventually(lambda: service.ready, within=BACK_WITHIN)
            assert raw.call("workshop.echo", 1)["result"] == 1


def test_stop_needs_no_broker(proxy: Proxy, service: ServiceProcess):
    proxy.cut()
    eventually(lambda: not service.ready)
    service.signal(15)
    assert service.wait() == 0


def test_queue_that_was_deleted_is_declared_again(service: ServiceProcess, raw: RawClient):
    """The broker cancels the consumer; left alone it would wait for ever on nothing."""
    raw.channel.queue_delete("rpc-workshop")
    eventually(lambda: service.metric("bus_connections_lost_total", link="rpc") == 1)
    eventually(lambda: service.ready, within=BACK_WITHIN)
    assert raw.call("workshop.echo", 1)["result"] == 1


def test_service_stays_connected_while_nothing_happens(service: ServiceProcess, raw: RawClient):
    """A heartbeat is a frame without a method: a reader that waits for the method misses its own."""
    opened = time.monotonic()
    eventually(lambda: time.monotonic() - opened > 3 * HEARTBEAT)
    assert service.metric("bus_connections_lost_total") == 0
    assert raw.call("workshop.echo", 1)["result"] == 1


def test_black_hole_is_noticed_by_missing_heartbeats(proxy: Proxy, service: ServiceProcess, raw: RawClient):
    proxy.freeze()
    eventually(lambda: not service.ready, within=5 * HEARTBEAT)
    proxy.thaw()
    proxy.drop()
    eventually(lambda: service.ready, within=10)
    assert raw.call("workshop.echo", 1)["result"] == 1


def test_calls_to_another_service_fail_at_once_when_the_bus_is_lost(
    proxy: Proxy, service: ServiceProcess, bus_url: str
):
    """Left pending they would wait for an answer that went to a queue that is gone."""
    with running_service(COLLEAGUE, AMQP_URL=bus_url), raw_client(bus_url) as raw:
        body = orjson.dumps({"args": ["sleep", 20.0], "kwargs": {"deadline": 20.0}})
        raw.publish("workshop.ask_colleague", body)
        eventually(lambda: raw.call("workshop.waiting_calls")["result"] == 1)
        proxy.drop()
        eventually(lambda: service.ready, within=BACK_WITHIN)
        eventually(lambda: service.logged("call", method="ask_colleague", outcome="Unavailable"), within=2)
