"""As much AMQP 0-9-1 as calling and listening need, on asyncio: one connection, one channel, one queue.

aio-pika and aiormq take a dozen turns of the event loop and 0.6 ms of CPU for one call and its answer;
this takes two turns and a fifth of that. What is rare is left to pamqp, the codec under both of them; what is
done for each message (publish, deliver) is done here on bytes. No confirms: the broker returns unroutable
messages without them.
"""

from __future__ import annotations

import asyncio
import ssl
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import parse_qs, unquote, urlsplit

from pamqp import commands, frame
from pamqp.base import Frame
from pamqp.heartbeat import Heartbeat

from servicekit import wire

DEFAULT_HEARTBEAT = 10
_METHOD, _HEADER, _BODY, _HEARTBEAT = 1, 2, 3, 8
_DELIVER, _RETURN = b"\x00\x3c\x00\x3c", b"\x00\x3c\x00\x32"
_END = b"\xce"
_PREFIX = struct.Struct(">BHI")
# Basic, weight, body size, and which properties follow:
# content type, content encoding, delivery mode, reply to, expiration.
_CONTENT = struct.Struct(">HHQH")
_PROPERTIES = 0x8000 | 0x4000 | 0x1000 | 0x0200 | 0x0100
_MAX_FRAME = 131_072
_WRITE_AHEAD = 2 * wire.MAX_BODY
_CHANNEL = 1

Answer = TypeVar("Answer", bound=Frame)


class ConnectionLost(ConnectionError):
    """The connection is of no use any more. Says why in the broker's words, which hold no data."""


@dataclass(frozen=True, slots=True)
class OwnQueue:
    """One connection's own, gone with it. `keys` are the patterns bound to `exchange`."""

    name: str
    exchange: str
    keys: tuple[str, ...]
    arguments: dict[str, Any] = field(default_factory=dict)


class Connection(asyncio.Protocol):
    """Open once `open` returned; `on_lost` is called exactly once after that, when it ends.

    `on_deliver(body)` gets every message from its queue, `on_return(routing_key, body)` every request
    that no queue took.
    """

    def __init__(
        self,
        *,
        on_deliver: Callable[[bytes], None],
        on_return: Callable[[str, bytes], None],
        on_lost: Callable[[], None],
    ) -> None:
        self._on_deliver = on_deliver
        self._on_return = on_return
        self._on_lost = on_lost
        self._loop = asyncio.get_running_loop()
        self._transport: Any = None
        self._buffer = bytearray()
        self._answer: asyncio.Future[Frame] | None = None
        self._early: Frame | None = None
        self._method = b""
        self._chunks: list[bytes] = []
        self._missing = 0
        self._frame_max = _MAX_FRAME
        self._beat: asyncio.TimerHandle | None = None
        self._heartbeat = 0.0
        self._heard = 0.0
        self._is_open = False
        self._full = False
        self._blocked = False
        self._properties = b""

    @property
    def writable(self) -> bool:
        """False while the broker takes nothing: under a memory or disk alarm, or not fast enough."""
        return not (self._full or self._blocked)

    # -- opening and closing ------------------------------------------------------------------------------

    async def open(self, url: str, queue: OwnQueue) -> None:
        """Connects, declares the queue and consumes from it; answers to requests go there. Raises OSError."""
        parts = urlsplit(url)
        options = parse_qs(parts.query)
        secure = parts.scheme == "amqps"
        await self._loop.create_connection(
            lambda: self,
            parts.hostname or "localhost",
            parts.port or (5671 if secure else 5672),
            ssl=ssl.create_default_context(cafile=options.get("cafile", [None])[0]) if secure else None,
        )
        login = f"\0{unquote(parts.username or 'guest')}\0{unquote(parts.password or 'guest')}"
        heartbeat = int(options.get("heartbeat", [str(DEFAULT_HEARTBEAT)])[0])
        await self._shake_hands(login, unquote(parts.path[1:]) or "/", heartbeat)
        await self._consume(queue)
        self._is_open = True

    async def _shake_hands(self, login: str, vhost: str, heartbeat: int) -> None:
        self._transport.write(b"AMQP\x00\x00\x09\x01")
        await self._expect(commands.Connection.Start)
        capabilities: Any = {"connection.blocked": True, "authentication_failure_close": True}
        start = commands.Connection.StartOk(
            client_properties={"product": "servicekit", "capabilities": capabilities}, response=login
        )
        tune = await self._ask(start, commands.Connection.Tune, channel=0)
        self._frame_max = min(tune.frame_max or _MAX_FRAME, _MAX_FRAME)
        self._heartbeat = min(tune.heartbeat or heartbeat, heartbeat)
        answer = commands.Connection.TuneOk(
            channel_max=_CHANNEL, frame_max=self._frame_max, heartbeat=int(self._heartbeat)
        )
        self._send(answer, channel=0)
        await self._ask(commands.Connection.Open(vhost), commands.Connection.OpenOk, channel=0)
        if self._heartbeat:
            self._keep_alive()

    async def _consume(self, queue: OwnQueue) -> None:
        name = queue.name
        await self._ask(commands.Channel.Open(), commands.Channel.OpenOk)
        arguments: Any = queue.arguments
        declare = commands.Queue.Declare(queue=name, exclusive=True, auto_delete=True, arguments=arguments)
        await self._ask(declare, commands.Queue.DeclareOk)
        for key in queue.keys:
            bind = commands.Queue.Bind(queue=name, exchange=queue.exchange, routing_key=key)
            await self._ask(bind, commands.Queue.BindOk)
        await self._ask(commands.Basic.Consume(queue=name, no_ack=True), commands.Basic.ConsumeOk)
        self._properties = _short(wire.CONTENT_TYPE) + _short("utf-8") + b"\x01" + _short(name)

    async def close(self, within: float = 1.0) -> None:
        """Takes leave of the broker, for `within` seconds at most. `on_lost` is called as for any end."""
        if self._transport is None or self._transport.is_closing():
            return
        try:
            async with asyncio.timeout(within):
                goodbye = commands.Connection.Close(200, "", 0, 0)
                await self._ask(goodbye, commands.Connection.CloseOk, channel=0)
        except (OSError, TimeoutError):
            pass
        finally:
            self._transport.abort()

    def _keep_alive(self) -> None:
        """Half as often as promised it sends, twice as long as promised it waits."""
        if self._transport.is_closing():
            return
        if self._loop.time() - self._heard > 2 * self._heartbeat:
            self._fail("no heartbeat")
            return
        self._transport.write(Heartbeat.value)
        self._beat = self._loop.call_later(self._heartbeat / 2, self._keep_alive)

    # -- sending ------------------------------------------------------------------------------------------

    def publish(self, routing_key: str, body: bytes, expires_ms: int) -> None:
        """Sends one mandatory, transient request with the reply queue's key. Never waits."""
        method = commands.Basic.Publish(exchange=wire.EXCHANGE, routing_key=routing_key, mandatory=True)
        self._transport.write(
            b"".join([frame.marshal(method, _CHANNEL), *self._content(body, str(expires_ms))])
        )

    def _content(self, body: bytes, expiration: str) -> list[bytes]:
        header = _CONTENT.pack(60, 0, len(body), _PROPERTIES) + self._properties + _short(expiration)
        step = self._frame_max - _PREFIX.size - 1
        chunks = [body[i : i + step] for i in range(0, len(body), step)]
        return [_framed(_HEADER, header), *(_framed(_BODY, chunk) for chunk in chunks)]

    def _send(self, method: Frame, channel: int = _CHANNEL) -> None:
        self._transport.write(frame.marshal(method, channel))

    async def _ask(self, method: Frame, kind: type[Answer], channel: int = _CHANNEL) -> Answer:
        self._send(method, channel)
        return await self._expect(kind)

    async def _expect(self, kind: type[Answer]) -> Answer:
        answer = self._early
        if answer is None:
            self._answer = self._loop.create_future()
            answer = await self._answer
        self._early = self._answer = None
        if not isinstance(answer, kind):
            raise ConnectionLost(f"unexpected {answer.name}")
        return answer

    # -- receiving ----------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        # The default, 64 kB, would make one large call a reason to refuse all others meanwhile.
        self._transport.set_write_buffer_limits(high=_WRITE_AHEAD)
        self._heard = self._loop.time()

    def pause_writing(self) -> None:
        self._full = True

    def resume_writing(self) -> None:
        self._full = False

    def data_received(self, data: bytes) -> None:
        self._heard = self._loop.time()
        buffer = self._buffer
        buffer += data
        start, available = 0, len(buffer)
        while available - start >= 8:
            kind, _, size = _PREFIX.unpack_from(buffer, start)
            end = start + 7 + size
            if size > _MAX_FRAME:
                return self._fail("not AMQP")
            if end >= available:
                break
            payload = bytes(buffer[start + 7 : end])
            start = end + 1
            self._on_frame(kind, payload)
        del buffer[:start]

    def _on_frame(self, kind: int, payload: bytes) -> None:
        if kind == _BODY:
            self._chunks.append(payload)
            self._missing -= len(payload)
            if self._missing <= 0:
                self._on_content()
        elif kind == _HEADER:
            self._missing = int.from_bytes(payload[4:12], "big")
            if self._missing == 0:
                self._on_content()
        elif kind == _METHOD:
            if payload[:4] in (_DELIVER, _RETURN):
                self._method = payload
            else:
                self._on_method(payload)

    def _on_content(self) -> None:
        body = self._chunks[0] if len(self._chunks) == 1 else b"".join(self._chunks)
        self._chunks.clear()
        if self._method.startswith(_DELIVER):
            self._on_deliver(body)
        else:
            returned: Any = _method(self._method)
            self._on_return(returned.routing_key, body)

    def _on_method(self, payload: bytes) -> None:
        method: Any = _method(payload)
        match method:
            case commands.Connection.Close() | commands.Channel.Close():
                self._fail(f"{method.reply_code} {method.reply_text.partition(' ')[0]}")
            case commands.Basic.Cancel():
                self._fail("queue deleted")
            case commands.Connection.Blocked():
                self._blocked = True
            case commands.Connection.Unblocked():
                self._blocked = False
            case _ if self._answer is not None and not self._answer.done():
                self._answer.set_result(method)
            case _:
                self._early = method

    def _fail(self, reason: str) -> None:
        """Ends the connection; the broker tidies up after it as after a lost one."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionLost(reason))
        self._transport.abort()

    def connection_lost(self, error: Exception | None) -> None:
        if self._beat is not None:
            self._beat.cancel()
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionLost("connection lost"))
        if self._is_open:
            self._is_open = False
            self._on_lost()


def _method(payload: bytes) -> Frame:
    _, _, method = frame.unmarshal(_framed(_METHOD, payload))
    assert isinstance(method, Frame)
    return method


def _framed(kind: int, payload: bytes) -> bytes:
    return _PREFIX.pack(kind, _CHANNEL, len(payload)) + payload + _END


def _short(text: str) -> bytes:
    encoded = text.encode()
    return bytes([len(encoded)]) + encoded
