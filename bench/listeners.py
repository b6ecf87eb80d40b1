"""Many open streams of changes, read by one event loop that keeps nothing but when what came."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import uvloop

_VERSION = re.compile(rb'"version":(\d+)')
_RESYNC = b"event: resync"


@dataclass(slots=True)
class Told:
    """When which version was told, over all streams; versions are numbers of events."""

    times: list[tuple[int, float]] = field(default_factory=list)
    resyncs: int = 0


class _Stream(asyncio.Protocol):
    def __init__(self, request: bytes, told: Told, opened: asyncio.Future[None]) -> None:
        self._request, self._told, self._opened = request, told, opened
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.write(self._request)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        now = time.perf_counter()
        whole, separator, rest = (self._rest + data).rpartition(b"\n\n")
        self._rest = rest
        if not self._opened.done() and b"id: " in whole:
            self._open(whole)
        if separator:
            self._told.times += [(int(version), now) for version in _VERSION.findall(whole)]
            self._told.resyncs += whole.count(_RESYNC)

    def connection_lost(self, error: Exception | None) -> None:
        if not self._opened.done():
            self._opened.set_exception(ConnectionError("the server closed the connection"))

    def _open(self, head: bytes) -> None:
        if head.startswith(b"HTTP/1.1 200"):
            self._opened.set_result(None)
        else:
            self._opened.set_exception(ConnectionError(head[:80].decode(errors="replace")))


def listen(
    address: tuple[str, int],
    requests: Sequence[bytes],
    *,
    meanwhile: Callable[[], None],
    linger: float = 2.0,
) -> Told:
    """What these streams are told while `meanwhile` runs, and for a moment afterwards."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_listen(address, requests, meanwhile, linger))


async def _listen(
    address: tuple[str, int], requests: Sequence[bytes], meanwhile: Callable[[], None], linger: float
) -> Told:
    loop, told = asyncio.get_running_loop(), Told()
    opened: list[asyncio.Future[None]] = [loop.create_future() for _ in requests]
    transports = []
    for request, future in zip(requests, opened, strict=True):
        transport, _ = await loop.create_connection(lambda r=request, f=future: _Stream(r, told, f), *address)  # type: ignore[misc]
        transports.append(transport)
    await asyncio.wait_for(asyncio.gather(*opened), 60)
    await asyncio.to_thread(meanwhile)
    await asyncio.sleep(linger)
    for transport in transports:
        transport.abort()
    return told
