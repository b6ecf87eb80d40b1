"""One batch of deliveries, worked off: handled, parked or ignored, each exactly once, in order of arrival.

Nothing here knows the broker. `work_off` calls `done` with each stretch of deliveries whose effects are
committed; stretches come in order, so that the broker may be told "all up to here".
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from servicekit import context
from servicekit.database.unit_of_work import Transactions, pause_before_rerun
from servicekit.events import inbox, metrics, parking
from servicekit.events.cloudevent import Event
from servicekit.events.delivery import Delivery
from servicekit.events.handlers import BadEvent, Handler, Routes
from servicekit.events.reading import Item, Reason, read
from servicekit.events.waiting import Verdict, describe, is_about_the_data, judge, pause_of, too_slow

log = logging.getLogger(__name__)

ATTEMPTS: Final = 3
PARKED_IN_A_ROW: Final = 50
_TIMEOUTS_BEFORE_SPLIT: Final = 3
_YIELD_EVERY: Final = 50

Done = Callable[[Sequence[Delivery]], None]


class Interrupted(Exception):
    """The service is stopping. What is not done is not lost: the broker hands it out again."""


class TooManyParked(Exception):
    """So many in a row failed in our own code that it must be us. The queue is safer than the parking."""


@dataclass(slots=True)
class _Tries:
    """How often one stretch has been tried, and why it is tried again."""

    failed: int = 0
    waited: int = 0
    timeouts: int = 0
    reran: int = 0


class BatchWorker:
    """Works batches off, one after the other."""

    def __init__(self, db: Transactions, routes: Routes, *, pause: Callable[[float], bool]) -> None:
        """`pause(seconds)` sleeps, and returns True at once when the service is stopping."""
        self._db = db
        self._routes = routes
        self._pause = pause
        self._parked_in_a_row = 0

    def work_off(self, deliveries: Sequence[Delivery], done: Done) -> None:
        """Returns when all are done. Raises Interrupted or TooManyParked; waits for ever if it must."""
        started = time.monotonic()
        with context.use(context.new_context()):
            self._settle(_gently(deliveries, lambda delivery: read(delivery, self._routes)), done, ATTEMPTS)
        metrics.BATCH_SIZE.observe(len(deliveries))
        metrics.BATCH_SECONDS.observe(time.monotonic() - started)

    def _settle(self, items: list[Item], done: Done, patience: int) -> None:
        tries = _Tries()
        while True:
            try:
                self._apply(items)
            except Exception as error:
                if self._shall_split(items, error, tries, patience):
                    return self._settle_halves(items, done)
            else:
                break
        done([item.delivery for item in items])
        self._count_parked(items)

    def _settle_halves(self, items: list[Item], done: Done) -> None:
        metrics.RETRIES.labels("splits").inc()
        middle = len(items) // 2
        for half in (items[:middle], items[middle:]):
            # The whole has had its attempts: a half is only searched, one event gets all of them again.
            self._settle(half, done, patience=ATTEMPTS if len(half) == 1 else 1)

    def _shall_split(self, items: list[Item], error: Exception, tries: _Tries, patience: int) -> bool:
        """Waits, parks or gives up as the failure demands. True if the stretch is to be halved."""
        if isinstance(error, BadEvent) and _park_by_id(items, error):
            return False
        verdict = judge(error)
        if verdict is Verdict.RERUN:
            pause_before_rerun(min(tries.reran, 6))
            tries.reran += 1
            return self._again(verdict, error, 0)
        if verdict is Verdict.WAIT:
            tries.timeouts += too_slow(error)
            if tries.timeouts >= _TIMEOUTS_BEFORE_SPLIT and len(items) > 1:
                return True
            tries.waited += 1
            return self._again(verdict, error, pause_of(tries.waited - 1))
        tries.failed += 1
        if len(items) > 1 and (verdict is Verdict.SPLIT or tries.failed >= patience):
            return True
        if tries.failed < patience:
            return self._again(verdict, error, pause_of(tries.failed - 1))
        if items[0].parked is not None:
            # Not even parking works. Giving it back would count as a delivery for all that wait behind it.
            return self._again(Verdict.WAIT, error, pause_of(tries.failed))
        _park_alone(items[0], error, tries.failed)
        return False

    def _again(self, verdict: Verdict, error: Exception, seconds: float) -> bool:
        metrics.RETRIES.labels(verdict.value).inc()
        log.warning("batch %s", verdict.value, extra={"reason": describe(error)})
        metrics.WAITING.set(verdict is Verdict.WAIT)
        if self._pause(seconds):
            raise Interrupted
        return False

    def _apply(self, items: list[Item]) -> None:
        """One transaction: inbox, all handlers, parked messages."""
        work = _by_handler(items)
        parked = [item for item in items if item.parked is not None]
        fetched = [handler.fetch(events) for handler, events in work]
        if not work and not parked:
            return metrics.IGNORED.inc(len(items))
        with self._db.unit_of_work() as uow:
            new = inbox.record(uow.connection, [event.key for _, events in work for event in events])
            for (handler, events), found in zip(work, fetched, strict=True):
                fresh = [event for event in events if event.key in new]
                if fresh:
                    handler.apply(uow, fresh, found)
            parking.record(uow.connection, parked)
        metrics.WAITING.set(0)
        _count(items, work, new)

    def _count_parked(self, items: list[Item]) -> None:
        if any(item.route is not None and item.parked is None for item in items):
            self._parked_in_a_row = 0
        self._parked_in_a_row += sum(item.parked is not None and item.parked.our_fault for item in items)
        if self._parked_in_a_row >= PARKED_IN_A_ROW:
            raise TooManyParked


def _by_handler(items: list[Item]) -> list[tuple[Handler, list[Event]]]:
    """The events of each handler, in order of arrival, each event once. Handlers in the service's order."""
    work: dict[int, tuple[Handler, list[Event]]] = {}
    seen: set[tuple[str, str]] = set()
    for item in items:
        if item.event is None or item.route is None or item.parked is not None or item.event.key in seen:
            continue
        seen.add(item.event.key)
        work.setdefault(item.route.place, (item.route.handler, []))[1].append(item.event)
    return [work[place] for place in sorted(work)]


def _park_by_id(items: list[Item], error: BadEvent) -> bool:
    """Parks the event that the handler named. False if the batch has none of that id, or of two senders."""
    named = [item for item in items if item.parked is None and item.event and item.event.id == error.event_id]
    if len({item.event.key for item in named if item.event}) != 1:
        return False
    for item in named:
        item.parked = Reason(error.code, error.detail)
    return True


def _park_alone(item: Item, error: Exception, attempts: int) -> None:
    ours = not is_about_the_data(error)
    item.parked = Reason("handler_failed", describe(error), attempts=attempts, our_fault=ours)
    log.error("event parked", exc_info=error, extra={"type": item.event.type if item.event else None})


def _count(items: list[Item], work: list[tuple[Handler, list[Event]]], new: set[tuple[str, str]]) -> None:
    events = [event for _, handled in work for event in handled]
    handled = Counter(event.type for event in events if event.key in new)
    for event_type, count in handled.items():
        metrics.HANDLED.labels(event_type).inc(count)
    metrics.REPEATED.inc(len(events) - handled.total())
    metrics.IGNORED.inc(sum(item.route is None and item.parked is None for item in items))
    for item in items:
        if item.parked is not None:
            metrics.PARKED.labels(item.parked.code).inc()


def _gently(deliveries: Sequence[Delivery], each: Callable[[Delivery], Any]) -> list[Any]:
    """Lets others run now and then: time.sleep is eventlet's in a service."""
    results = []
    for index, delivery in enumerate(deliveries, 1):
        results.append(each(delivery))
        if index % _YIELD_EVERY == 0:
            time.sleep(0)
    return results
