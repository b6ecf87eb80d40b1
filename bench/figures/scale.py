"""H-1m: each listed question for administrators and for agents of a large and a tiny team, at each size.

Measured is the service's own call, without bus and gateway, beside statements that were written by hand,
over one connection each. The two take turns.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg

from bench.load import percentile
from bench.report import Figure
from bench.room import Room
from bench.shapes import SHAPES, Shape, numbers_of, statements
from bench.standing import ASKING, Asking
from servicekit.database import Transactions
from services.customers.service import CustomersService

_ASKING = ("admin", "large", "tiny")
_WITHIN_MS = 150
_TRIED = 3  # turns, after which only the quicker statement by hand goes on


@dataclass(slots=True)
class Timed:
    """Milliseconds of one question by one kind of caller."""

    shape: Shape
    asking: Asking
    ours: list[float] = field(default_factory=list)
    by_hand: list[list[float]] = field(default_factory=list)

    @property
    def best(self) -> list[float]:
        """Of the statements by hand, the one that is quicker in most cases."""
        return min(self.by_hand, key=lambda times: percentile(times, 50))

    @property
    def reached(self) -> bool:
        ours, best = percentile(self.ours, 95), percentile(self.best, 95)
        return ours <= 2 * best + 15 and percentile(self.ours, 99) <= _WITHIN_MS


def measure(room: Room) -> Iterator[Figure]:
    """A line for each question and caller, and the sum of each size."""
    for customers, url in room.standing_databases():
        timed = measured(url, repeats=room.options.repeats)
        yield from (_line(each, customers) for each in timed)
        yield _sum(timed, customers)


def measured(url: str, *, repeats: int) -> list[Timed]:
    """All questions on that database."""
    database, service = Transactions.connect(url, service="customers", pool_size=1), CustomersService()
    service.db = database  # type: ignore[assignment]
    timed = [Timed(shape, asking) for shape in SHAPES for asking in ASKING if asking.name in _ASKING]
    try:
        with psycopg.connect(url, autocommit=True, prepare_threshold=None) as connection:
            numbers = numbers_of(connection)
            for each in timed:
                _take_turns(each, service, connection, numbers, repeats)
    finally:
        database.close()
    return timed


def _take_turns(
    timed: Timed,
    service: CustomersService,
    connection: psycopg.Connection,
    numbers: dict[str, int],
    repeats: int,
) -> None:
    scope, arguments = timed.asking.scope, timed.shape.arguments
    by_hand = list(statements(timed.shape, timed.asking.teams, numbers))
    timed.by_hand = [[] for _ in by_hand]
    for turn in range(repeats + 1):
        ours = milliseconds(lambda: service.list_customers(scope, **arguments))
        times = [milliseconds(lambda s=each: connection.execute(s.encode()).fetchall()) for each in by_hand]  # type: ignore[misc]
        if turn:  # the first one warms up
            timed.ours.append(ours)
            for kept, took in zip(timed.by_hand, times, strict=True):
                kept.append(took)
        if turn == _TRIED:
            chosen = timed.by_hand.index(timed.best)
            by_hand, timed.by_hand = [by_hand[chosen]], [timed.best]


def milliseconds(work: Callable[[], Any]) -> float:
    """How long it takes."""
    begin = time.perf_counter()
    work()
    return (time.perf_counter() - begin) * 1000


def _line(timed: Timed, customers: int) -> Figure:
    ours, best = percentile(timed.ours, 95), percentile(timed.best, 95)
    return Figure(
        id=f"H-1m {customers:,} {timed.shape.name}, {timed.asking.name}",
        unit="ms",
        ours=ours,
        yardstick=best,
        ratio=ours / best,
        p50_ms=percentile(timed.ours, 50),
        p95_ms=ours,
        p99_ms=percentile(timed.ours, 99),
        n=len(timed.ours),
        reach="p95 ≤ 2 × SQL + 15 ms, p99 ≤ 150 ms",
        reached=timed.reached,
    )


def _sum(timed: list[Timed], customers: int) -> Figure:
    worst = max(timed, key=lambda each: percentile(each.ours, 99))
    ours = [took for each in timed for took in each.ours]
    by_hand = [took for each in timed for took in each.best]
    missed = [f"{each.shape.name} ({each.asking.name})" for each in timed if not each.reached]
    return Figure(
        id=f"H-1m {customers:,}",
        unit="ms",
        ours=percentile(ours, 95),
        yardstick=percentile(by_hand, 95),
        ratio=percentile(ours, 95) / percentile(by_hand, 95),
        p50_ms=percentile(ours, 50),
        p95_ms=percentile(ours, 95),
        p99_ms=percentile(ours, 99),
        n=len(ours),
        reach="every question",
        reached=not missed,
        note=f"{len(timed)} questions, {len(missed)} out of reach{': ' * bool(missed)}{', '.join(missed)}; "
        f"slowest: {worst.shape.name} ({worst.asking.name}) p99 {percentile(worst.ours, 99):.0f} ms",
    )
