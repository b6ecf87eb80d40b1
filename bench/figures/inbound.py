"""E-in: conversation events from the exchange to committed history, with one replica and with two.

The replicas are held still while the events are put into the queue, then let go together: what is measured is
their work and nothing else. The yardstick takes the same messages off a queue and does nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import uuid4

import psycopg
from kombu import Connection

from bench import generate, raw_bus
from bench.conversation_events import Message, conversation_events, introductions
from bench.people import TEAM_SHARES
from bench.replicas import Replica, replicas
from bench.report import Figure
from bench.room import Room, count, wait_until
from deploy.local.system import RunningSystem, running_system

_EXCHANGE = "channel.events"
_KNOWN = 1_000


@dataclass(frozen=True, slots=True)
class Played:
    """What one play of events showed."""

    events: int
    seconds: float
    cpu_ms_per_event: float
    shares: list[float]  # of the work, by replica, the least first
    peak_mb: float

    @property
    def per_second(self) -> float:
        return self.events / self.seconds


def measure_empty(room: Room) -> Iterator[Figure]:
    """One replica, a database with nobody in it but those who write."""
    with running_system(replicas={"customers": 0}, instances=room.servers.environment) as system:
        yield _one_replica(room, system, "E-in", reach=0.30)


def measure_full(room: Room) -> Iterator[Figure]:
    """One replica, all the made-up customers in the database."""
    with running_system(replicas={"customers": 0}, instances=room.servers.environment) as system:
        room.load_customers(system, [uuid4() for _ in TEAM_SHARES])
        yield _one_replica(room, system, "E-in-full", reach=0.20)


def measure_two_replicas(room: Room) -> Iterator[Figure]:
    """What a second replica adds: its share of the work, and what sharing costs."""
    with running_system(replicas={"customers": 0}, instances=room.servers.environment) as system:
        one, two = _play(room, system, 1), _play(room, system, 2)
    growth = two.cpu_ms_per_event / one.cpu_ms_per_event - 1
    yield Figure(
        id="E-in-2",
        unit="events/s",
        ours=two.per_second,
        yardstick=one.per_second,
        ratio=two.per_second / one.per_second,
        rss_mb=two.peak_mb,
        n=two.events,
        reach="second replica ≥ 35 % of the work, CPU per event ≤ +15 %",
        reached=two.shares[0] >= 0.35 and growth <= 0.15,
        processes={"customers": 2, "gateway": 1, "gateway-rpc": 1},
        note=f"second replica did {two.shares[0]:.0%}; CPU per event {one.cpu_ms_per_event:.2f} → "
        f"{two.cpu_ms_per_event:.2f} ms ({growth:+.0%}); yardstick: one replica",
    )


def _one_replica(room: Room, system: RunningSystem, id_: str, *, reach: float) -> Figure:
    before = _raw(room)
    played = _play(room, system, 1)
    raw = (before + _raw(room)) / 2
    return Figure(
        id=id_,
        unit="events/s",
        ours=played.per_second,
        yardstick=raw,
        ratio=played.per_second / raw,
        rss_mb=played.peak_mb,
        n=played.events,
        reach=f"≥ {reach:.2f} of the raw bus",
        reached=played.per_second >= reach * raw,
        processes={"customers": 1, "gateway": 1, "gateway-rpc": 1},
        note=f"CPU {played.cpu_ms_per_event:.2f} ms an event",
    )


def _raw(room: Room) -> float:
    messages = conversation_events(room.options.events)
    return raw_bus.measure(room.servers.environment["TEST_AMQP_URL"], messages).in_per_second


def _play(room: Room, system: RunningSystem, number: int) -> Played:
    """All events through so many replicas; other people write in each play."""
    with room.database(system, "customers") as connection, replicas(system, number) as running:
        _introduce(system, connection, seed=number)
        generate.analyse(connection)
        events = conversation_events(room.options.events, seed=number, known=_KNOWN)
        for replica in running:
            replica.hold()
        _publish(system, events)
        return _let_go(running, connection, len(events))


def _introduce(system: RunningSystem, connection: psycopg.Connection, *, seed: int) -> None:
    """Those who are known from the start write for the first time; also warms everything up."""
    before = count(connection, "inbox")
    _publish(system, introductions(_KNOWN, seed=seed))
    wait_until(lambda: count(connection, "inbox") >= before + _KNOWN, seconds=120, what="the introductions")


def _publish(system: RunningSystem, messages: Sequence[Message]) -> None:
    with Connection(system.amqp_url_connector) as connection:
        raw_bus.publish(connection, messages, exchange=_EXCHANGE)


def _let_go(running: list[Replica], connection: psycopg.Connection, events: int) -> Played:
    base, limit = count(connection, "inbox"), 60 + events / 50
    for replica in running:
        replica.let_go()
    begin = time.monotonic()
    handled = [replica.events_handled() for replica in running]
    cpu = sum(replica.cpu_seconds() for replica in running)
    wait_until(
        lambda: count(connection, "inbox") >= base + events, seconds=limit, what="the events", pause=0.1
    )
    seconds = time.monotonic() - begin
    cpu = sum(replica.cpu_seconds() for replica in running) - cpu
    if parked := sum(replica.events_parked() for replica in running):
        raise ValueError(f"{parked} events were parked: the figure would be of refusing")
    done = [replica.events_handled() - before for replica, before in zip(running, handled, strict=True)]
    return Played(
        events=events,
        seconds=seconds,
        cpu_ms_per_event=cpu / events * 1000,
        shares=sorted(part / max(1, sum(done)) for part in done),
        peak_mb=max(replica.peak_mb() for replica in running),
    )
