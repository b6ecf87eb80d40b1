"""Answers that go on: server-sent events, as long as there is something to tell and somebody who listens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Any, Final

import orjson
from starlette.types import Receive, Send

from gateway import observe
from gateway.answers import Answer
from servicekit.errors import Unavailable

Events = AsyncGenerator[bytes, None]
_HEADERS: Final = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # proxies would hold events back until they have a buffer full of them
]
_OPENING: Final = b"retry: 1000\n\n"
_HEARTBEAT: Final = b": still here\n\n"


class Stream(Answer):
    """A 200 whose body is `events`, each as `event_of` makes them."""

    __slots__ = ("events",)

    def __init__(self, events: Events) -> None:
        super().__init__(200, b"", list(_HEADERS))
        self.events = events


class Streams:
    """The streams of this process. They are idle mostly, so they have a limit of their own."""

    def __init__(self, *, limit: int, heartbeat_seconds: float) -> None:
        self._limit = limit
        self._heartbeat_seconds = heartbeat_seconds
        self._open = 0
        self._ending = asyncio.Event()

    def admit(self) -> None:
        """Raises Unavailable when there are too many."""
        if self._open >= self._limit:
            raise Unavailable("too_busy", {"retry_after": 5})

    def end_all(self) -> None:
        """The process is to stop: clients connect again, to another one."""
        self._ending.set()

    async def serve(
        self,
        stream: Stream,
        receive: Receive,
        send: Send,
        *,
        request_id: bytes,
        refusal: Callable[[Exception], Answer],
    ) -> int:
        """Sends events until they end, the client leaves or the process stops; returns how many bytes.

        What an event's making raises becomes the last event, `problem`, with what `refusal` answers.
        """
        headers = [*stream.headers, (b"x-request-id", request_id), (b"x-content-type-options", b"nosniff")]
        await send({"type": "http.response.start", "status": stream.status, "headers": headers})
        ends = {asyncio.create_task(_client_gone(receive)), asyncio.create_task(_is_set(self._ending))}
        sent = 0
        self._count(1)
        try:
            async for part in self._parts(stream.events, ends, refusal):
                await send({"type": "http.response.body", "body": part, "more_body": True})
                sent += len(part)
        finally:
            self._count(-1)
            await _drop(*ends)
        await send({"type": "http.response.body", "body": b""})
        return sent

    async def _parts(
        self, events: Events, ends: set[asyncio.Task[None]], refusal: Callable[[Exception], Answer]
    ) -> Events:
        yield _OPENING
        following = asyncio.create_task(_next(events))
        try:
            while True:
                ready, _ = await asyncio.wait(
                    {following, *ends},
                    timeout=self._heartbeat_seconds,
                    return_when=asyncio.FIRST_COMPLETED,
                )
                if ready & ends:
                    return
                if not ready:
                    yield _HEARTBEAT
                    continue
                part = following.result()
                if part is None:
                    return
                yield part
                following = asyncio.create_task(_next(events))
        except Exception as error:  # as in the pipeline: what is raised becomes an answer
            yield b"event: problem\ndata: " + refusal(error).body + b"\n\n"
        finally:
            await _drop(following)
            await events.aclose()

    def _count(self, change: int) -> None:
        self._open += change
        observe.STREAMS.set(self._open)


def event_of(name: str, content: Any, *, number: int | str | None = None) -> bytes:
    """One event, its data a line of JSON."""
    given = b"" if number is None else f"id: {number}\n".encode()
    return given + b"event: " + name.encode() + b"\ndata: " + orjson.dumps(content) + b"\n\n"


async def _next(events: Events) -> bytes | None:
    return await anext(events, None)


async def _client_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _is_set(event: asyncio.Event) -> None:
    await event.wait()


async def _drop(*tasks: asyncio.Task[Any]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
