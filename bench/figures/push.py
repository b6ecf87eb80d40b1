"""P-push: how soon open streams are told what happened, while much happens."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx
from kombu import Connection, Exchange

from bench.children import memory_mb
from bench.company import client
from bench.costs import Meter
from bench.listeners import Told, listen
from bench.load import percentile, request
from bench.people import people
from bench.report import Figure
from bench.room import Room

_STREAMS, _PER_SECOND, _REACH_MS = 500, 500, 1_000
_TURN = 0.02  # seconds between two bursts


@dataclass
class Publisher:
    """Steadily tells of customers, each as a version that is a number of its own, and remembers when."""

    amqp_url: str
    customers: list[str]
    seconds: float
    sent: dict[int, tuple[str, float]] = field(default_factory=dict)

    def run(self) -> None:
        exchange = Exchange("crm.events", type="topic", no_declare=True)
        numbers = itertools.count(1)
        with Connection(self.amqp_url) as connection:
            producer = connection.Producer(exchange=exchange, auto_declare=False)
            began = time.perf_counter()
            while (passed := time.perf_counter() - began) < self.seconds:
                while len(self.sent) < passed * _PER_SECOND:
                    number = next(numbers)
                    customer = self.customers[number % len(self.customers)]
                    self.sent[number] = customer, time.perf_counter()
                    producer.publish(_event(customer, number), routing_key="customers.changed.v1")
                time.sleep(_TURN)


def measure(room: Room) -> Iterator[Figure]:
    """Five hundred callers, each with a token of their own; twenty different rights, a team each."""
    assert room.customers
    known = {str(who.id): who.teams for who in people(room.options.customers)}
    gateway = next(it.pid for name, it in room.system.processes().items() if _kind(name) == "gateway")
    with client(room.system.url, room.company.admin) as api:
        requests = [_opening(token) for token in _tokens(api, room)]
    seconds = 2.0 if room.options.quick else 15.0
    publisher = Publisher(room.system.amqp_url_operator, list(known), seconds)
    meter, before = Meter(room.pids(room.system)), memory_mb(gateway)
    url = urlsplit(room.system.url)
    room.say(f"{_PER_SECOND} events a second for {seconds:.0f} s, {_STREAMS} streams")
    with meter.running():
        told = listen((url.hostname or "", url.port or 0), requests, meanwhile=publisher.run)
    after = memory_mb(gateway)
    per_team = _STREAMS // len(room.company.teams)
    expected = sum(len(known[customer]) * per_team for customer, _ in publisher.sent.values())
    delays = _delays(told, publisher, expected)
    yield Figure(
        id="P-push",
        unit="ms",
        ours=percentile(delays, 95),
        p50_ms=percentile(delays, 50),
        p95_ms=percentile(delays, 95),
        p99_ms=percentile(delays, 99),
        rss_mb=after,
        n=len(delays),
        reach=f"p95 ≤ {_REACH_MS} ms",
        reached=percentile(delays, 95) <= _REACH_MS,
        processes=room.processes(room.system),
        note=f"{len(publisher.sent) / seconds:.0f} events/s, {len(delays) / seconds:.0f} told/s, "
        f"{_STREAMS} streams; gateway {before:.0f} MB before; of an event {meter.told(len(publisher.sent))}",
    )


def _tokens(api: httpx.Client, room: Room) -> Iterator[str]:
    teams = itertools.cycle(room.company.teams)
    for number, team in zip(range(_STREAMS), teams, strict=False):
        body = {"name": f"stream {number}", "role": "agent", "teams": [str(team)]}
        answer = api.post("/v1/api-keys", json=body)
        answer.raise_for_status()
        yield answer.json()["token"]


def _opening(token: str) -> bytes:
    return request("GET", "/v1/stream", token=token)


def _event(customer: str, number: int) -> bytes:
    entry = {"id": customer, "version": number, "revision": number, "kind": "updated", "fields": []}
    event = {
        "specversion": "1.0",
        "id": f"push-{number}",
        "source": "/services/customers",
        "type": "customers.changed.v1",
        "data": {"customers": [entry]},
    }
    return json.dumps(event).encode()


def _delays(told: Told, publisher: Publisher, expected: int) -> list[float]:
    """Milliseconds of each telling. A figure of streams that lost something is not a figure."""
    if told.resyncs or len(told.times) != expected:
        raise ValueError(f"{len(told.times)} told of {expected}, {told.resyncs} resyncs")
    return [(at - publisher.sent[number][1]) * 1000 for number, at in told.times]


def _kind(name: str) -> str:
    return name.rstrip("0123456789").rstrip("-")
