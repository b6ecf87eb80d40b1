"""P-profile and P-history: one customer with a hundred thousand items, and one merged of ten such records.

Measured is the service's own call, without bus and gateway, beside the same questions as statements written
by hand, over one connection each. The two take turns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import psycopg

from bench.by_hand import ByHand
from bench.figures.scale import milliseconds
from bench.load import percentile
from bench.long_history import CUSTOMERS, Long
from bench.report import Figure
from bench.room import Room
from bench.standing import ASKING, Asking
from servicekit.database import Transactions
from servicekit.errors import Invalid
from services.customers.service import CustomersService

_PROFILE_WITHIN_MS = 60
_PAGE_WITHIN_MS = 150
_MESSAGES_WITHIN_MS = 4_000  # then the service gives up
_LIMIT = 50
# Of the made-up histories, which have an item every ten minutes, a change every hour: days ago.
_DEEP, _WINDOW = 500, (300, 299)
WHO: Final = [asking for asking in ASKING if asking.name in ("admin", "large", "tiny")]


@dataclass(frozen=True, slots=True)
class Page:
    """What of a history is asked for; `before` and `since` in days ago."""

    name: str
    kinds: tuple[str, ...] = ("conversation", "appointment", "purchase", "change")
    before: float | None = None
    since: float | None = None
    limit: int = _LIMIT


PAGES: Final = (
    Page("first page"),
    Page("deep page", before=_DEEP),
    Page("window", before=_WINDOW[1], since=_WINDOW[0]),
    Page("200 items", limit=200),
    Page("purchases", kinds=("purchase",)),
    Page("purchases, deep", kinds=("purchase",), before=_DEEP),
    Page("changes, deep", kinds=("change",), before=_DEEP / 2),
    Page("messages", kinds=("message",)),
    Page("messages, deep", kinds=("message",), before=_DEEP),
)


@dataclass(frozen=True, slots=True)
class Question:
    """The same asked of both."""

    ours: Callable[[], object]
    by_hand: Callable[[], object]


def measure_profile(room: Room) -> Iterator[Figure]:
    """The whole call: customer, counters, the latest of each kind, requests, possible duplicates."""
    for customer, who, service, hand in _asked(room):
        id_ = str(customer.ids[0])
        question = Question(
            lambda: service.get_profile(who.scope, id_),  # noqa: B023
            lambda: hand.profile(),  # noqa: B023
        )
        name = f"P-profile {customer.name}, {who.name}"
        yield _figure(name, question, room, within=_PROFILE_WITHIN_MS, reach="p95 ≤ 60 ms")


def measure_history(room: Room) -> Iterator[Figure]:
    """Pages near and deep, by kind and by time."""
    for customer, who, service, hand in _asked(room):
        for page in PAGES:
            yield _page(room, page, customer, who, service, hand)


def _page(
    room: Room, page: Page, customer: Long, who: Asking, service: CustomersService, hand: ByHand
) -> Figure:
    until, since = _ago(page.before), _ago(page.since)
    asked: dict[str, Any] = {"kinds": list(page.kinds), "limit": page.limit}
    asked |= {"until": until and until.isoformat(), "since": since and since.isoformat()}
    question = Question(
        lambda: service.list_history(who.scope, str(customer.ids[0]), **asked),
        lambda: hand.page(page.kinds, until=until, since=since, limit=page.limit + 1),
    )
    messages = page.kinds == ("message",)
    return _figure(
        f"P-history {customer.name} {page.name}, {who.name}",
        question,
        room,
        within=_MESSAGES_WITHIN_MS if messages else _PAGE_WITHIN_MS,
        reach="p95 ≤ 4 s" if messages else "p95 ≤ 2 × SQL + 15 ms, ≤ 150 ms",
        times=None if messages else 2,
    )


def _asked(room: Room) -> Iterator[tuple[Long, Asking, CustomersService, ByHand]]:
    """Each customer, by each kind of caller; one connection for the service and one for statements."""
    url, service = room.long_histories, CustomersService()
    database = Transactions.connect(url, service="customers", pool_size=1)
    service.db = database  # type: ignore[assignment]
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            for customer in CUSTOMERS:
                for who in WHO:
                    yield customer, who, service, ByHand(connection, customer.ids, who.teams)
    finally:
        database.close()


def _figure(
    id_: str, question: Question, room: Room, *, within: int, reach: str, times: int | None = None
) -> Figure:
    ours, by_hand, refused = take_turns(question, 3 * room.options.repeats)
    p95, best = percentile(ours, 95), percentile(by_hand, 95)
    return Figure(
        id=id_,
        unit="ms",
        ours=p95,
        yardstick=best,
        ratio=p95 / best,
        **_percentiles(ours),
        n=len(ours),
        reach=reach,
        reached=not refused and p95 <= within and (times is None or p95 <= times * best + 15),
        note=f"refused as too expensive {refused} times" if refused else "",
    )


def take_turns(question: Question, turns: int) -> tuple[list[float], list[float], int]:
    """Milliseconds of both, turn by turn, and how often ours was refused as too expensive."""
    ours, by_hand, refused = [], [], 0

    def ask() -> None:
        nonlocal refused
        try:
            question.ours()
        except Invalid as refusal:
            if refusal.code != "query_too_expensive":
                raise
            refused += 1

    for turn in range(turns + 1):
        took = milliseconds(ask), milliseconds(question.by_hand)
        if turn:  # the first one warms up
            ours.append(took[0])
            by_hand.append(took[1])
    return ours, by_hand, refused


def _percentiles(times: list[float]) -> Mapping[str, Any]:
    return {f"p{percent}_ms": percentile(times, percent) for percent in (50, 95, 99)}


def _ago(days: float | None) -> datetime | None:
    return None if days is None else datetime.now(UTC) - timedelta(days=days)
