"""D-merge: two customers become one and two again, with short histories and with very long ones.

A merge is a pointer and nothing moves, so it takes the same time whatever they have; and every item that
one of them had before is in the history afterwards, once. Measured is the service's own call, over one
connection.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID, uuid5

import psycopg

from bench.figures.scale import milliseconds
from bench.generate import NAMESPACE
from bench.load import percentile
from bench.long_history import add_record
from bench.report import Figure
from bench.room import Room
from bench.standing import ASKING
from servicekit.database import Transactions
from services.customers.service import CustomersService

Json = dict[str, Any]
_ADMIN: Final = ASKING[0].scope
_WITHIN_MS: Final = 100
_NOISE_MS: Final = 5
_KINDS: Final = ["conversation", "appointment", "purchase", "change"]
_OF_MERGES: Final = "merge"  # the origin of changes that merging and undoing write themselves


@dataclass(slots=True)
class Pair:
    """Two customers with so many items each, and how long merging and undoing them took."""

    items: int
    merged_ms: list[float] = field(default_factory=list)
    undone_ms: list[float] = field(default_factory=list)

    @property
    def ids(self) -> list[str]:
        return [str(uuid5(NAMESPACE, f"to be merged {self.items} {number}")) for number in range(2)]


def measure(room: Room) -> Iterator[Figure]:
    """All sizes take turns. Fails if an item is lost, twice, or with the wrong one of the two afterwards."""
    pairs = [Pair(items) for items in (10, room.options.items // 10, room.options.items)]
    room.say(f"loading customers with up to {room.options.items:,} items each")
    url, service = room.among_others("merging"), CustomersService()
    load(url, pairs)
    database = Transactions.connect(url, service="customers", pool_size=1)
    service.db = database  # type: ignore[assignment]
    try:
        for pair in pairs:
            check(service, pair)
        for _ in range(3 * room.options.repeats):
            for pair in pairs:
                _undo(service, pair, _merge(service, pair))
    finally:
        database.close()
    for pair in pairs:
        yield _figure(f"D-merge {pair.items:,} items each", pair.merged_ms, pairs[0].merged_ms)
        yield _figure(f"D-merge undo, {pair.items:,} items each", pair.undone_ms, pairs[0].undone_ms)


def load(url: str, pairs: list[Pair]) -> None:
    """Adds them. `url` is a superuser's."""
    with psycopg.connect(url, autocommit=True) as connection:
        with connection.transaction():
            connection.execute("SET LOCAL session_replication_role = replica")
            connection.execute("SET LOCAL statement_timeout = 0")
            for pair in pairs:
                for id_ in map(UUID, pair.ids):
                    add_record(connection, id_, root=id_, items=pair.items, upcoming=0)
        connection.execute("VACUUM (ANALYZE) customer, interaction, message, change, history_count")


def check(service: CustomersService, pair: Pair) -> None:
    """The history of the merged customer is that of both, and each has its own again afterwards."""
    before = [history(service, each) for each in pair.ids]
    merge = _merge(service, pair)
    assert history(service, pair.ids[0]) == before[0] + before[1], "the history is not that of both"
    _undo(service, pair, merge)
    assert [history(service, each) for each in pair.ids] == before, "not everybody has their own again"
    pair.merged_ms.clear()  # this was to warm up
    pair.undone_ms.clear()


def history(service: CustomersService, customer: str) -> Counter[str]:
    """All of it, without what merging and undoing add to say that they happened."""
    found: Counter[str] = Counter()
    after = None
    while True:
        page = service.list_history(_ADMIN, customer, _KINDS, after=after, limit=200)
        found.update(item["id"] for item in page["data"] if item.get("origin") != _OF_MERGES)
        if not page["more"]:
            return found
        after = {name: page["data"][-1][name] for name in ("at", "id")}


def _merge(service: CustomersService, pair: Pair) -> str:
    primary, other = pair.ids
    answers: list[Json] = []
    plan = {"primary": primary, "duplicates": [other]}
    pair.merged_ms.append(milliseconds(lambda: answers.append(service.apply_merge(_ADMIN, plan))))
    return str(answers[0]["merge"]["id"])


def _undo(service: CustomersService, pair: Pair, merge: str) -> None:
    pair.undone_ms.append(milliseconds(lambda: service.undo_merge(_ADMIN, merge)))


def _figure(id_: str, took: list[float], shortest: list[float]) -> Figure:
    middle, best = percentile(took, 50), percentile(shortest, 50)
    p95 = percentile(took, 95)
    return Figure(
        id=id_,
        unit="ms",
        ours=middle,
        yardstick=best,
        ratio=middle / best,
        p50_ms=middle,
        p95_ms=p95,
        p99_ms=percentile(took, 99),
        n=len(took),
        reach=f"as with 10 items, ≤ {_WITHIN_MS} ms",
        reached=p95 <= _WITHIN_MS and middle <= 1.5 * best + _NOISE_MS,
    )
