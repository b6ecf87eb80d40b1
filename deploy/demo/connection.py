"""The demo connector's side of the broker: batches with confirms, and answers to what people here ask."""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import amqp

from .dealings import event

Json = dict[str, Any]

BATCH: Final = 500
CONFIRM_SECONDS: Final = 30
REFUSED_OF: Final = 5  # one request of so many is refused
EXCHANGE: Final = "channel.events"


class Unreachable(Exception):
    """The broker does not answer, or does not take what it is given."""


class Connection:
    """Opened when first used and opened anew after an error. Use it in a `with` block."""

    def __init__(self, url: str, queue: str) -> None:
        self.started = self.refused = 0
        self._url, self._queue = url, queue
        self._bus: Any = None
        self._channel: Any = None
        self._asked: list[Any] = []
        self._unconfirmed: set[int] = set()
        self._tag = 0
        self._nacked = False

    def __enter__(self) -> Connection:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._forget()

    def open(self) -> None:
        """At once, to see whether there is a broker. Raises Unreachable."""
        self.publish([])

    def publish(self, events: Sequence[Json]) -> None:
        """Returns once the broker has all of them on disk. Raises Unreachable."""
        try:
            self._open()
            for each in events:
                self._send(each)
            self._confirmed()
        except (OSError, amqp.exceptions.AMQPError) as error:
            self._forget()
            raise Unreachable(f"nothing can be published: {error or type(error).__name__}") from error

    def answer(self, *, wait: float) -> None:
        """Whatever is asked within so many seconds; a request is done once its answer is safe."""
        deadline = time.monotonic() + wait
        try:
            self._open()
            while True:
                with suppress(TimeoutError):
                    self._bus.drain_events(timeout=max(deadline - time.monotonic(), 0.001))
                self._answer_the_asked()
                if time.monotonic() >= deadline:
                    break
        except (OSError, amqp.exceptions.AMQPError):
            self._forget()  # requests come again; the next publish says what is the matter

    def _answer_the_asked(self) -> None:
        while self._asked:
            message = self._asked[0]
            reply = reply_to(json.loads(message.body)["data"], datetime.now(UTC))
            if reply is not None:
                self._send(reply)
                self._confirmed()
                self.refused += reply["type"] == "conversation.refused.v1"
                self.started += reply["type"] == "conversation.started.v1"
            self._channel.basic_ack(message.delivery_tag)
            self._asked.pop(0)

    def _open(self) -> None:
        if self._bus is not None:
            return
        self._bus = _connected(self._url)
        self._channel = self._bus.channel()
        self._channel.confirm_select()
        self._channel.events["basic_ack"].add(self._settle)
        self._channel.events["basic_nack"].add(self._refuse)
        self._channel.basic_qos(0, 10, False)
        self._channel.basic_consume(self._queue, callback=self._asked.append)

    def _send(self, each: Json) -> None:
        self._tag += 1
        self._unconfirmed.add(self._tag)
        message = amqp.Message(
            json.dumps(each),
            content_type="application/cloudevents+json",
            content_encoding="utf-8",
            delivery_mode=2,
            message_id=each["id"],
        )
        self._channel.basic_publish(message, EXCHANGE, each["type"])

    def _confirmed(self) -> None:
        while self._unconfirmed:
            self._bus.drain_events(timeout=CONFIRM_SECONDS)
        if self._nacked:
            raise OSError("its queue is full")

    def _settle(self, tag: int, multiple: bool) -> None:
        done = {each for each in self._unconfirmed if each <= tag} if multiple else {tag}
        self._unconfirmed -= done

    def _refuse(self, tag: int, multiple: bool) -> None:
        self._nacked = True
        self._settle(tag, multiple)

    def _forget(self) -> None:
        """What was not acknowledged comes again."""
        if self._bus is not None:
            with suppress(OSError, amqp.exceptions.AMQPError):
                self._bus.close()
        self._bus = self._channel = None
        self._asked.clear()
        self._unconfirmed, self._tag, self._nacked = set(), 0, False


def _connected(url: str) -> Any:
    parts = urlsplit(url)
    bus = amqp.Connection(
        host=f"{parts.hostname}:{parts.port or 5672}",
        userid=unquote(parts.username or "guest"),
        password=unquote(parts.password or "guest"),
        virtual_host=unquote(parts.path[1:]) or "/",
        connect_timeout=10,
    )
    bus.connect()
    return bus


def reply_to(request: Json, now: datetime) -> Json | None:
    """Begun, mostly; the same for the same request. None if its time is up."""
    if now >= datetime.fromisoformat(request["expires_at"]):
        return None
    ident, source = request["request_id"], request["source"]
    if zlib.crc32(ident.encode()) % REFUSED_OF == 0:
        kind, data = "conversation.refused.v1", {"reason": "outside_window"}
    else:
        kind, data = "conversation.started.v1", _begun(request)
    return event(f"{kind} to {ident}", source, kind, at=now, request_id=ident, **data)


def _begun(request: Json) -> Json:
    data: Json = {
        "conversation": {
            "id": f"asked-{request['request_id']}",
            "channel": request["channel"],
            "team": request["team"],
        },
        "contact": {"identities": [request["address"]]},
    }
    if request["message"]:
        data["message"] = {"direction": "outbound", "kind": "text", "preview": request["message"]}
    return data
