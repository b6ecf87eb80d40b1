"""E-lag: at a quiet time, how soon an event shows through the API."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
from kombu import Connection

from bench import raw_bus
from bench.company import client
from bench.conversation_events import conversation_event
from bench.load import percentile
from bench.report import Figure
from bench.room import Room

_PERSON = 9_999_999  # writes for the first time, then again and again
_LIMIT = 30.0


def measure(room: Room) -> Iterator[Figure]:
    """One event after the other, each followed until the administrator's list shows its moment."""
    room.say(f"{room.options.probes} single events")
    with (
        client(room.system.url, room.company.admin) as api,
        Connection(room.system.amqp_url_connector) as connection,
    ):
        polls = [_round_trip(api) for _ in range(20)]
        _probe(api, connection, "warm-up")
        lags = [_probe(api, connection, str(number)) for number in range(room.options.probes)]
    p95 = percentile(lags, 95)
    yield Figure(
        id="E-lag",
        unit="ms",
        ours=p95,
        yardstick=percentile(polls, 50),
        p50_ms=percentile(lags, 50),
        p95_ms=p95,
        p99_ms=percentile(lags, 99),
        n=len(lags),
        reach="p95 ≤ 150 ms",
        reached=p95 <= 150,
        processes=room.processes(room.system),
        note="from before publishing to the end of the answer that shows it; yardstick: one poll",
    )


def _probe(api: httpx.Client, connection: Connection, number: str) -> float:
    """Milliseconds until the event is visible."""
    time.sleep(0.1)  # quiet: nothing of the last one is under way any more
    at = datetime.now(UTC)
    type_ = "conversation.started.v1"
    event = conversation_event(
        type_, event=f"lag-{number}", person=_PERSON, conversation=f"lag-{number}", at=at
    )
    begin = time.perf_counter()
    raw_bus.publish(connection, [event], exchange="channel.events")
    while not _shows(_newest(api), at):
        if time.perf_counter() - begin > _LIMIT:
            raise TimeoutError(f"the event of {at} did not show within {_LIMIT:.0f} s")
        time.sleep(0.002)
    return (time.perf_counter() - begin) * 1000


def _newest(api: httpx.Client) -> dict[str, Any] | None:
    answer = api.get("/v1/customers?limit=1&sort=-last_interaction_at")
    answer.raise_for_status()
    return next(iter(answer.json()["data"]), None)


def _shows(customer: dict[str, Any] | None, at: datetime) -> bool:
    shown = customer and customer["last_interaction_at"]
    return bool(shown) and datetime.fromisoformat(str(shown)) >= at


def _round_trip(api: httpx.Client) -> float:
    begin = time.perf_counter()
    _newest(api)
    return (time.perf_counter() - begin) * 1000
