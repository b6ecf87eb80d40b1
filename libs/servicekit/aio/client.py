"""Calls from asyncio, in groups.

The bus costs about the same for one call as for thirty, so calls that are made while another one is under
way to the same service wait for company: they leave together when any answer from that service arrives,
after 2 ms, or when there are enough of them. A call that finds nothing under way leaves at once.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import time
import uuid
from typing import Any
from urllib.parse import unquote, urlsplit

import orjson

from servicekit import context, metrics, wire
from servicekit.aio.amqp import OwnQueue
from servicekit.aio.link import Link
from servicekit.errors import TooLarge, Unavailable
from servicekit.wire import CallTimeout

log = logging.getLogger(__name__)

GATHER_SECONDS = 0.002
MAX_CALLS = 32
MAX_BYTES = 64 * 1024
DEFAULT_DEADLINE = 5.0
_SWEEP_SECONDS = 0.05


class _Pending:
    """A call that waits for its answer."""

    __slots__ = ("answer", "deadline", "lane", "write")

    def __init__(self, answer: asyncio.Future[Any], lane: _Lane, deadline: float, write: bool) -> None:
        self.answer = answer
        self.lane = lane
        self.deadline = deadline
        self.write = write


class _Lane:
    """The calls to one service: how many are under way, and those that gather for the next group."""

    __slots__ = ("group_key", "name", "size", "timer", "under_way", "until", "waiting")

    def __init__(self, name: str) -> None:
        self.name = name
        self.group_key = f"{name}.{wire.GROUP_METHOD}"
        self.under_way = 0
        self.waiting: list[bytes] = []
        self.size = 0
        self.until = 0.0
        self.timer: asyncio.TimerHandle | None = None


class RpcClient:
    """Calls services by name. One per process; safe for any number of tasks of its event loop."""

    def __init__(self, url: str, *, user: str) -> None:
        self._user = user
        self._link = Link(
            url,
            self._reply_queue,
            on_message=self._on_reply,
            on_return=self._on_return,
            on_lost=self._on_lost,
        )
        self._loop = asyncio.get_running_loop()
        self._ids = itertools.count(1)
        self._pending: dict[int, _Pending] = {}
        self._lanes: dict[str, _Lane] = {}
        self._sweeper: asyncio.TimerHandle | None = None

    @classmethod
    async def connect(cls, url: str, *, user: str | None = None) -> RpcClient:
        """A client that connects by itself, again and again; it may be down still when this returns.

        `user` is whose reply keys it may use, by default the broker user in the URL.
        """
        client = cls(url, user=user or unquote(urlsplit(url).username or "guest"))
        client._link.start()
        await client._link.tried()
        return client

    @property
    def ready(self) -> bool:
        """Whether calls can be sent at this moment."""
        return self._link.up

    @property
    def under_way(self) -> int:
        """Calls that have not come to an end."""
        return len(self._pending)

    @property
    def losses(self) -> int:
        """How often the connection was lost."""
        return self._link.losses

    async def close(self) -> None:
        """Fails what is pending and disconnects."""
        await self._link.close()
        if self._sweeper is not None:
            self._sweeper.cancel()

    async def call(
        self,
        service: str,
        method: str,
        *args: Any,
        deadline: float = DEFAULT_DEADLINE,
        grouped: bool = True,
        write: bool = False,
        **kwargs: Any,
    ) -> Any:
        """The result of `service.method(*args, **kwargs)`, within `deadline` seconds.

        Raises one of the eight errors; Unavailable("service_down" | "bus_down" | "bus_lost" |
        "rpc_timeout") when the call had no effect or may be repeated; CallTimeout when a `write` was lost
        on the way and may have happened; RemoteFailure for a defect over there.
        """
        if not self._link.up:
            raise Unavailable("bus_down", {"retry_after": 1})
        call = context.current()
        until = time.time() + deadline
        if call.deadline is not None and call.deadline < until:
            until = call.deadline
        call_id = next(self._ids)
        body = wire.encode_call(
            wire.Call(call_id, method, args, kwargs, until, call.request_id, call.user_id)
        )
        if len(body) > wire.MAX_CALL:
            raise TooLarge("message_too_large", {"limit": wire.MAX_CALL})
        lane = self._lanes.get(service) or self._lanes.setdefault(service, _Lane(service))
        answer = self._expect(call_id, _Pending(self._loop.create_future(), lane, until, write))
        if grouped and len(body) < MAX_BYTES:
            self._gather(lane, body, until)
        else:
            lane.under_way += 1
            self._publish(lane, [body], until)
        try:
            return await answer
        finally:
            if self._pending.pop(call_id, None) is not None:  # cancelled
                lane.under_way -= 1

    def _expect(self, call_id: int, pending: _Pending) -> asyncio.Future[Any]:
        self._pending[call_id] = pending
        if self._sweeper is None:
            self._sweeper = self._loop.call_later(_SWEEP_SECONDS, self._sweep)
        return pending.answer

    # -- groups -------------------------------------------------------------------------------------------

    def _gather(self, lane: _Lane, body: bytes, until: float) -> None:
        lane.under_way += 1
        lane.waiting.append(body)
        lane.until = max(lane.until, until)
        lane.size += len(body)
        if lane.under_way == len(lane.waiting) or len(lane.waiting) >= MAX_CALLS or lane.size >= MAX_BYTES:
            self._leave(lane)
        elif lane.timer is None:
            lane.timer = self._loop.call_later(GATHER_SECONDS, self._leave, lane)

    def _leave(self, lane: _Lane) -> None:
        if lane.timer is not None:
            lane.timer.cancel()
            lane.timer = None
        if lane.waiting:
            calls, until = lane.waiting, lane.until
            lane.waiting, lane.size, lane.until = [], 0, 0.0
            self._publish(lane, calls, until)

    def _publish(self, lane: _Lane, calls: list[bytes], until: float) -> None:
        """The broker forgets the message once nobody waits for any of its calls."""
        if self._link.up:
            metrics.SENT_PER_MESSAGE.observe(len(calls))
            left = max(int((until - time.time()) * 1000), 1)
            self._link.publish(lane.group_key, wire.encode_group(calls), left)

    # -- answers ------------------------------------------------------------------------------------------

    def _reply_queue(self) -> OwnQueue:
        name = f"reply.{self._user}.{uuid.uuid4().hex}"
        return OwnQueue(name, wire.EXCHANGE, (name,))

    def _on_reply(self, body: bytes) -> None:
        try:
            replies = orjson.loads(body)["replies"]
        except (ValueError, KeyError, TypeError):
            log.error("unreadable reply")
            return
        lanes = set()
        for reply in replies:
            pending = self._pending.pop(reply["id"], None)
            if pending is None:
                continue
            lane = pending.lane
            lane.under_way -= 1
            lanes.add(lane)
            if pending.answer.done():
                continue
            error = reply["error"]
            if error is None:
                pending.answer.set_result(reply["result"])
            else:
                pending.answer.set_exception(wire.load_error(error))
        for lane in lanes:
            self._leave(lane)

    def _on_return(self, routing_key: str, body: bytes) -> None:
        for call in orjson.loads(body)["calls"]:
            self._fail(call["id"], "service_down", unknown=False)

    def _on_lost(self) -> None:
        for lane in self._lanes.values():
            lane.waiting, lane.size = [], 0
        for call_id in list(self._pending):
            self._fail(call_id, "bus_lost")

    def _fail(self, call_id: int, reason: str, *, unknown: bool = True) -> None:
        """Ends a call without an answer; `unknown` says that it may have been done all the same."""
        pending = self._pending.pop(call_id, None)
        if pending is None:
            return
        pending.lane.under_way -= 1
        metrics.UNANSWERED.labels(pending.lane.name, reason).inc()
        if pending.answer.done():
            return
        if unknown and pending.write:
            pending.answer.set_exception(CallTimeout(reason, write=True))
        else:
            details = {"service": pending.lane.name, "retry_after": 1}
            pending.answer.set_exception(Unavailable(reason, details))

    def _sweep(self) -> None:
        """One timer for all deadlines: a timer for each call costs more than a look at all now and then."""
        now = time.time()
        for call_id in [call_id for call_id, pending in self._pending.items() if pending.deadline <= now]:
            self._fail(call_id, "rpc_timeout")
        self._sweeper = self._loop.call_later(_SWEEP_SECONDS, self._sweep) if self._pending else None
