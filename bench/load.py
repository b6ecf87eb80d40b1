"""The load generator: HTTP/1.1 over raw asyncio sockets, kept alive, one request in flight per connection.

Closed loop: a connection sends its next request when the reply to the last one is complete. It must never be
the bottleneck, so it knows only what our servers send: a status, a Content-Length, a body; anything else is
an error, not a case.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import orjson
import uvloop


@dataclass(slots=True)
class Outcome:
    """What one run of load saw. `generator_cpu` is the share of one core that the generator itself used."""

    seconds: float = 0.0
    latencies_ms: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    asked: int = 0  # with the warm-up, and the last replies, which come after the end
    generator_cpu: float = 0.0

    @property
    def n(self) -> int:
        return len(self.latencies_ms)

    @property
    def per_second(self) -> float:
        return self.n / self.seconds if self.seconds else 0.0

    def percentile(self, percent: float) -> float:
        """Milliseconds within which `percent` of the replies came."""
        return percentile(self.latencies_ms, percent)

    def joined(self, other: Outcome) -> Outcome:
        """Both runs as if they had been one."""
        total = self.seconds + other.seconds
        cpu = self.generator_cpu * self.seconds + other.generator_cpu * other.seconds
        return Outcome(
            total,
            self.latencies_ms + other.latencies_ms,
            self.statuses + other.statuses,
            self.asked + other.asked,
            cpu / total if total else 0.0,
        )

    def refuse_failures(self, *, allowed: frozenset[int] = frozenset({200, 201})) -> Outcome:
        """Itself, or ValueError: a figure made of errors is not a figure."""
        wrong = {status: count for status, count in self.statuses.items() if status not in allowed}
        if wrong or not self.n:
            raise ValueError(f"replies with unexpected statuses: {wrong}, of {self.n} in all")
        return self


def percentile(values: list[float], percent: float) -> float:
    """Nearest rank; 0 for no values."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def request(
    method: str,
    target: str,
    *,
    token: str | None = None,
    body: object = None,
    headers: dict[str, str] | None = None,
) -> bytes:
    """One request as it goes over the wire."""
    lines = [f"{method} {target} HTTP/1.1", "Host: bench"]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    payload = b"" if body is None else orjson.dumps(body)
    if body is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {len(payload)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + payload


def run(
    address: tuple[str, int],
    requests: Iterator[bytes],
    *,
    connections: int,
    seconds: float,
    warm_up: float = 0.5,
) -> Outcome:
    """Load `address` until the time is over or the requests are; the warm-up is not counted.

    Raises ConnectionError when the server closes a connection or sends what the generator does not know.
    """
    loop = _Run(address, requests, connections=connections, seconds=seconds, warm_up=warm_up)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(loop.outcome())


class _Run:
    def __init__(
        self,
        address: tuple[str, int],
        requests: Iterator[bytes],
        *,
        connections: int,
        seconds: float,
        warm_up: float,
    ) -> None:
        self._address, self._requests, self._connections = address, requests, connections
        self._seconds, self._warm_up = seconds, warm_up
        self._begin = self._end = 0.0
        self._outcome = Outcome()

    async def outcome(self) -> Outcome:
        loop = asyncio.get_running_loop()
        done = [loop.create_future() for _ in range(self._connections)]
        self._begin = time.perf_counter() + self._warm_up
        self._end = self._begin + self._seconds
        cpu, started = time.process_time(), time.perf_counter()
        for future in done:
            await loop.create_connection(lambda f=future: _Connection(self, f), *self._address)  # type: ignore[misc]
        # A server that no longer answers must not hold the whole run.
        await asyncio.wait_for(asyncio.gather(*done), self._warm_up + self._seconds + 60)
        finished = time.perf_counter()
        self._outcome.seconds = min(finished, self._end) - self._begin
        self._outcome.generator_cpu = (time.process_time() - cpu) / (finished - started)
        return self._outcome

    def next_request(self) -> bytes | None:
        return None if time.perf_counter() >= self._end else next(self._requests, None)

    def replied(self, status: int, sent: float) -> None:
        now = time.perf_counter()
        self._outcome.asked += 1
        if self._begin <= now < self._end:
            self._outcome.latencies_ms.append((now - sent) * 1000)
            self._outcome.statuses[status] += 1


class _Connection(asyncio.Protocol):
    def __init__(self, run: _Run, done: asyncio.Future[None]) -> None:
        self._run, self._done = run, done
        self._buffer = b""
        self._missing = -1  # bytes still to come of the present body; -1 while the head is incomplete
        self._status = 0
        self._sent = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._send()

    def _send(self) -> None:
        message = self._run.next_request()
        if message is None:
            self._done.set_result(None)
            self._transport.close()
            return
        self._sent = time.perf_counter()
        self._transport.write(message)

    def data_received(self, data: bytes) -> None:
        try:
            self._read(data)
        except ValueError as error:
            self._fail(str(error))

    def _read(self, data: bytes) -> None:
        if self._missing < 0:
            head, separator, data = (self._buffer + data).partition(b"\r\n\r\n")
            if not separator:
                self._buffer = head
                return
            self._buffer = b""
            self._status, self._missing = read_head(head)
        self._missing -= len(data)
        if self._missing < 0:
            raise ValueError("the reply is longer than it says")
        if self._missing == 0:
            self._missing = -1
            self._run.replied(self._status, self._sent)
            self._send()

    def connection_lost(self, error: Exception | None) -> None:
        self._fail("the server closed the connection")

    def _fail(self, reason: str) -> None:
        if not self._done.done():
            self._done.set_exception(ConnectionError(reason))
            self._transport.abort()


def read_head(head: bytes) -> tuple[int, int]:
    """Status and body length. ValueError for a reply without a length, which cannot be read quickly."""
    status = int(head[9:12])
    lowered = head.lower()
    start = lowered.find(b"\r\ncontent-length:")
    if start < 0:
        if status in (204, 304):
            return status, 0
        raise ValueError("a reply without Content-Length")
    start += len(b"\r\ncontent-length:")
    end = lowered.find(b"\r\n", start)
    return status, int(lowered[start : end if end > 0 else len(lowered)])
