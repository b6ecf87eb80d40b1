"""From what happens to who is told: gathered for a moment, asked once for all of the same rights."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Final

import orjson

from gateway import observe
from gateway.auth import Caller, admitted
from gateway.policy import PEOPLE
from gateway.problems import HttpProblem
from gateway.push.dealing import Hand, Sight, View, deal, responsibles_in, told, view_of
from gateway.push.listener import Listener
from gateway.push.news import news_of
from gateway.push.places import Places
from gateway.push.ring import Ring
from gateway.streams import Events, event_of
from servicekit import context
from servicekit.errors import ServiceError
from servicekit.wire import CallTimeout, RemoteFailure

log = logging.getLogger(__name__)

FLUSH_SECONDS: Final = 0.25
_BREATH: Final = FLUSH_SECONDS / 5  # between two turns that take longer
# What was asked for in vain as long as this is not told any more, but read anew.
PATIENCE_SECONDS: Final = 30.0
# The queue holds what comes meanwhile (see queue.py); after longer it may have dropped some of it.
LONGEST_STALL: Final = 10.0
# Questions under way: other requests need the services as well.
_AT_ONCE: Final = 4
_RESYNC: Final = "resync"
_STILL_HERE: Final = b": still here\n\n"
_AWAY: Final = (ServiceError, CallTimeout, RemoteFailure)

Lookup = Callable[[Iterable[bytes]], Awaitable[Mapping[bytes, Caller]]]
Look = Callable[[View, Hand], Awaitable[Sight]]


class Push:
    """The listeners of this process, and what there is to tell them."""

    def __init__(self, lookup: Lookup, look: Look, *, mark_seconds: float, ring: Ring | None = None) -> None:
        """`lookup` says who has a token now, `look` what a view sees now; both raise what services raise."""
        self._lookup, self._look = lookup, look
        self._mark_seconds = mark_seconds
        self._ring = ring or Ring()
        self._places = Places()
        self._listeners: set[Listener] = set()
        self._at_once = asyncio.Semaphore(_AT_ONCE)

    # -- what happens -------------------------------------------------------------------------------------

    def hear(self, body: bytes) -> None:
        """An event of the services."""
        try:
            news = news_of(orjson.loads(body))
        except (ValueError, AttributeError) as error:
            log.error("unreadable event", extra={"reason": type(error).__name__})
            return
        observe.PUSH_NEWS.inc(len(news))
        self._ring.add(news, at=time.monotonic())

    def gap(self) -> None:
        """Events may have been missed."""
        self._ring.gap()

    # -- who listens --------------------------------------------------------------------------------------

    async def listen(self, digest: bytes, types: frozenset[str], last: str | None) -> Events:
        """All that the caller with this token may know of, from now on or from the event `last` on."""
        head = self._ring.head
        listener = Listener(digest, types, head if last is None else self._place(last), head=head)
        self._listeners.add(listener)
        try:
            yield self._mark(listener)
            while True:
                yield await self._next(listener)
        finally:
            self._listeners.discard(listener)

    def _place(self, last: str) -> int | None:
        place = self._places.read(last)
        return place if place is not None and self._ring.knows(place) else None

    async def _next(self, listener: Listener) -> bytes:
        try:
            async with asyncio.timeout(self._mark_seconds):
                return await listener.part()
        except TimeoutError:
            # In the same moment there may be something to tell: a mark would be ahead of it.
            return self._mark(listener) if listener.settled else await listener.part()

    def _mark(self, listener: Listener) -> bytes:
        """Where to go on. Given at fixed times: given when something happened, it would tell that it did."""
        if listener.missed:
            return _STILL_HERE
        return b"id: " + self._places.write(listener.place).encode() + b"\n\n"

    # -- telling ------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Tells, again and again, until cancelled."""
        due = time.monotonic()
        while True:
            began = time.monotonic()
            await asyncio.sleep(max(due - began, _BREATH))
            due = time.monotonic() + FLUSH_SECONDS
            if due - began > LONGEST_STALL:
                self.gap()
            try:
                await self.flush()
            except Exception:  # as for a request: a defect ends this turn and nothing else
                log.exception("defect", extra={"operation": "push"})

    async def flush(self) -> None:
        """Tells every listener what it may know of by now, under the rights of now."""
        self._ring.forget_old(now=time.monotonic())
        waiting = [each for each in self._listeners if each.idle and self._is_behind(each)]
        if not waiting:
            return
        with observe.PUSH_FLUSH.time():
            context.begin(context.new_context())
            try:
                callers = await self._lookup({each.digest for each in waiting})
            except _AWAY:
                self._put_off(waiting)
                return
            views = self._views(waiting, callers)
            await asyncio.gather(*(self._tell(view, listeners) for view, listeners in views.items()))

    def _is_behind(self, listener: Listener) -> bool:
        return listener.missed or listener.place != self._ring.head

    def _views(
        self, waiting: list[Listener], callers: Mapping[bytes, Caller]
    ) -> Mapping[View, list[Listener]]:
        """Who can be told the same. Those whose token is of no use any more have come to their end."""
        known = [each.place for each in waiting if self._ring.knows(each.place)]
        responsibles = responsibles_in(self._ring.after(min(known))) if known else frozenset()
        views: dict[View, list[Listener]] = defaultdict(list)
        for listener in waiting:
            try:
                caller = admitted(callers.get(listener.digest), PEOPLE)
            except HttpProblem as refusal:
                listener.end(refusal)
            else:
                views[view_of(caller.scope, responsibles)].append(listener)
        return views

    async def _tell(self, view: View, listeners: list[Listener]) -> None:
        try:
            async with self._at_once:
                await self._tell_now(view, listeners)
        except _AWAY as error:
            if all(each.waiting_since is None for each in listeners):  # once, not four times a second
                log.warning("push waits for a service", extra={"reason": type(error).__name__})
            self._put_off(listeners)
        except Exception:
            log.exception("defect", extra={"operation": "push"})
            self._put_off(listeners)

    async def _tell_now(self, view: View, listeners: list[Listener]) -> None:
        lost = {each for each in listeners if each.missed or not self._ring.knows(each.place)}
        others = [each for each in listeners if each not in lost]
        types = frozenset[str]().union(*(each.types for each in others))
        hand = deal(self._ring, (each.place for each in others), types)
        sight = await self._look(view, hand) if lost or hand.asks else Sight({})
        self._tell_each(others, hand, view, sight)
        for listener in lost:
            observe.PUSH_RESYNCS.inc()
            listener.hand(self._resync(), self._ring.head)

    def _tell_each(self, listeners: list[Listener], hand: Hand, view: View, sight: Sight) -> None:
        made: dict[tuple[int, frozenset[str]], bytes] = {}
        for listener in listeners:
            share, key = hand.shares[listener.place], (listener.place, listener.types)
            if key not in made:
                made[key] = told(share, view, sight, types=listener.types, places=self._places)
            listener.hand(made[key], share.upto)

    def _put_off(self, listeners: Iterable[Listener]) -> None:
        """They stay where they are; after a while it is better that they read everything anew."""
        now = time.monotonic()
        for listener in listeners:
            listener.waiting_since = listener.waiting_since or now
            listener.missed = listener.missed or now - listener.waiting_since > PATIENCE_SECONDS

    def _resync(self) -> bytes:
        return event_of(_RESYNC, {"type": _RESYNC}, number=self._places.write(self._ring.head))
