"""The ends of a service process: asked for, overdue, sudden, by itself."""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import orjson
import pytest

from servicekit.testing.bus import RawClient, declare_rpc_exchange
from servicekit.testing.infrastructure import fresh_vhost
from servicekit.testing.process import ServiceProcess, running_service
from servicekit.testing.waiting import eventually
from servicekit.tests.rpc.conftest import WORKSHOP

SLUGGISH = "servicekit.tests.rpc.sluggish:SluggishService"


@pytest.fixture
def bus_url() -> Iterator[str]:
    """A vhost for each test: what a killed service leaves in its queue is nobody else's work."""
    with fresh_vhost("stops") as url:
        declare_rpc_exchange(url)
        yield url


def written(trace: Path) -> list[str]:
    return trace.read_text().splitlines() if trace.exists() else []


def is_busy(service: ServiceProcess) -> bool:
    return service.metric("rpc_calls_running") == 1


def ask(raw: RawClient, trace: Path, word: str, seconds: float) -> None:
    body = orjson.dumps({"args": [str(trace), word, seconds], "kwargs": {}})
    raw.publish("workshop.write_down", body)


def ask_group(raw: RawClient, trace: Path, words: list[str], seconds: float) -> None:
    calls = [{"id": word, "method": "write_down", "args": [str(trace), word, seconds]} for word in words]
    raw.publish("workshop.__group__", orjson.dumps({"calls": calls}))


def two_replicas(stack: ExitStack, url: str, **environment: str) -> list[ServiceProcess]:
    return [
        stack.enter_context(running_service(WORKSHOP, AMQP_URL=url, INSTANCE=f"r{i}", **environment))
        for i in range(2)
    ]


def test_stop_finishes_what_is_under_work_and_nobody_does_it_twice(
    bus_url: str, raw: RawClient, tmp_path: Path
):
    """nameko closes its consumer's connection one or two seconds after SIGTERM with workers still running:
    the broker hands their messages to another replica, which does the work a second time."""
    trace = tmp_path / "trace"
    with ExitStack() as stack:
        replicas = two_replicas(stack, bus_url)
        words = [f"w{i}" for i in range(8)]
        for word in words:
            ask(raw, trace, word, 3.0)
        eventually(lambda: len(written(trace)) == len(words), what="all under work")
        replicas[0].signal(signal.SIGTERM)
        assert replicas[0].wait() == 0
        answers = [raw.reply()["result"] for _ in words]
        assert sorted(answers) == words
        assert set(Counter(written(trace)).values()) == {1}
        assert len(written(trace)) == 2 * len(words)


def test_stop_gives_back_what_has_not_begun(bus_url: str, raw: RawClient, tmp_path: Path):
    """Messages fetched ahead wait for a worker; another replica can begin with them at once."""
    trace = tmp_path / "trace"
    with ExitStack() as stack:
        first = stack.enter_context(running_service(WORKSHOP, AMQP_URL=bus_url, RPC_WORKERS="2"))
        words = [f"w{i}" for i in range(6)]
        for word in words:
            ask(raw, trace, word, 1.0)
        eventually(lambda: len(written(trace)) == 2, what="both workers at work")
        first.signal(signal.SIGTERM)
        stack.enter_context(running_service(WORKSHOP, AMQP_URL=bus_url))
        assert sorted(raw.reply()["result"] for _ in words) == words
        assert first.wait() == 0
        assert set(Counter(written(trace)).values()) == {1}


def test_stop_finishes_a_group_of_which_a_call_has_begun(bus_url: str, raw: RawClient, tmp_path: Path):
    trace = tmp_path / "trace"
    with ExitStack() as stack:
        first = stack.enter_context(running_service(WORKSHOP, AMQP_URL=bus_url, RPC_WORKERS="1"))
        ask_group(raw, trace, ["a", "b", "c"], 0.5)
        eventually(lambda: written(trace))
        first.signal(signal.SIGTERM)
        assert first.wait() == 0
        replies = [reply for _ in range(3) for reply in raw.reply()["replies"]]
        assert sorted(reply["result"] for reply in replies) == ["a", "b", "c"]
        assert set(Counter(written(trace)).values()) == {1}


def test_killed_replica_loses_nothing_that_another_can_do(bus_url: str, raw: RawClient, tmp_path: Path):
    trace = tmp_path / "trace"
    with ExitStack() as stack:
        replicas = two_replicas(stack, bus_url)
        ask(raw, trace, "word", 2.0)
        busy = [replica for replica in replicas if eventually(lambda: written(trace)) and is_busy(replica)]
        assert len(busy) == 1
        busy[0].signal(signal.SIGKILL)
        assert raw.reply()["result"] == "word"
        assert Counter(written(trace)) == {"begin word": 2, "end word": 1}


def test_stop_that_takes_too_long_ends_by_itself(bus_url: str, raw: RawClient, tmp_path: Path):
    """nameko waits for its workers without any deadline."""
    trace = tmp_path / "trace"
    with running_service(WORKSHOP, AMQP_URL=bus_url, STOP_TIMEOUT="0.5") as service:
        ask(raw, trace, "endless", 30.0)
        eventually(lambda: written(trace))
        began = time.monotonic()
        service.signal(signal.SIGTERM)
        assert service.wait() != 0
        assert time.monotonic() - began < 3


def test_stop_ends_even_a_process_that_hangs(bus_url: str, raw: RawClient):
    """A loop that never yields stops the hub, and every timer in it: the kernel's timer is left."""
    with running_service(WORKSHOP, AMQP_URL=bus_url, STOP_TIMEOUT="0.5") as service:
        eventually(lambda: service.metric("rpc_calls_total") == 0)
        raw.publish("workshop.hang", orjson.dumps({"args": [30.0], "kwargs": {}}))
        eventually(lambda: raw.queue_length("rpc-workshop") == 0)
        service.signal(signal.SIGTERM)
        assert service.wait(timeout=5) == -signal.SIGALRM


def test_service_that_stops_is_not_ready(bus_url: str, raw: RawClient, tmp_path: Path):
    with running_service(WORKSHOP, AMQP_URL=bus_url) as service:
        ask(raw, tmp_path / "trace", "word", 1.0)
        eventually(lambda: written(tmp_path / "trace"))
        service.signal(signal.SIGTERM)
        eventually(lambda: service.get("/readyz").json()["problems"] == {"rpc": "stopping"})
        assert service.wait() == 0


def test_second_term_changes_nothing(bus_url: str, raw: RawClient, tmp_path: Path):
    trace = tmp_path / "trace"
    with running_service(WORKSHOP, AMQP_URL=bus_url) as service:
        ask(raw, trace, "word", 1.0)
        eventually(lambda: written(trace))
        service.signal(signal.SIGTERM)
        eventually(lambda: service.logged("stopping"))
        service.signal(signal.SIGTERM)
        assert service.wait() == 0
        assert raw.reply()["result"] == "word"


def test_second_interrupt_ends_at_once(bus_url: str, raw: RawClient, tmp_path: Path):
    trace = tmp_path / "trace"
    with running_service(WORKSHOP, AMQP_URL=bus_url) as service:
        ask(raw, trace, "word", 30.0)
        eventually(lambda: written(trace))
        service.signal(signal.SIGINT)
        eventually(lambda: service.logged("stopping"))
        service.signal(signal.SIGINT)
        assert service.wait(timeout=2) == 130


def test_idle_service_stops_at_once(bus_url: str):
    with running_service(WORKSHOP, AMQP_URL=bus_url) as service:
        began = time.monotonic()
        service.signal(signal.SIGTERM)
        assert service.wait() == 0
        assert time.monotonic() - began < 3


def test_service_told_to_stop_while_it_still_starts_starts_first(bus_url: str):
    """It takes calls before its last part has started; parts are stopped once they run."""
    with running_service(SLUGGISH, wait=False, AMQP_URL=bus_url) as service:
        eventually(lambda: service.logged("taking calls"), what="a service that takes calls")
        assert not service.logged("started")
        service.signal(signal.SIGTERM)
        assert service.wait() == 0


def test_service_that_still_starts_is_not_ready(bus_url: str):
    """Asked before its parts have said what they need, it knew of nothing that was missing: it was ready
    before it had a queue, and the first calls were lost."""
    with running_service(SLUGGISH, wait=False, AMQP_URL=bus_url) as service:
        eventually(lambda: service.logged("taking calls"), what="a service that takes calls")
        assert service.get("/readyz").json()["problems"] == {"start": "still starting"}
        eventually(lambda: service.ready, what="a service that is ready")


def test_service_that_dies_by_itself_says_so_with_its_exit_status(bus_url: str):
    """Its supervisor starts it again only if it can tell this from a stop."""
    path = "servicekit.tests.rpc.workshop:Doomed"
    with running_service(path, wait=False, AMQP_URL=bus_url) as service:
        assert service.wait() == 1
        assert service.logged("service died")
        assert "canary@example.com" not in "\n".join(service.lines)
