"""Takes calls from the service's queue, runs each in a worker of its own, keeps the connection.

Raw bytes: nothing is decoded by nameko or kombu, whose default for what they cannot read is to log the
body and drop it, to kill the process, or to fail again in the next replica. Here a bad message is answered
if it says where to, else dropped and counted.
"""

from __future__ import annotations

import logging
import re
from collections import deque
from typing import Any

import amqp
import eventlet
from eventlet.event import Event
from nameko.extensions import SharedExtension

from servicekit import bus, health, metrics, wire
from servicekit.errors import ServiceError, TooLarge
from servicekit.rpc.incoming import Incoming
from servicekit.rpc.responder import Answer, Responder

log = logging.getLogger(__name__)

_POLL_SECONDS = 0.2
_REPLY_KEY = re.compile(r"reply\.\S+")  # as the rights on the broker have it, or its 403 costs us the channel


class RpcConsumer(SharedExtension):
    """One per service. Entrypoints register themselves; the first that is stopped stops it all, once."""

    def __init__(self) -> None:
        self.entrypoints: dict[str, Any] = {}
        self._connection: bus.Connection | None = None
        self._channel: Any = None
        self._consumer_tag: str | None = None
        self._trouble: str | None = "not connected yet"
        self._open: set[Incoming] = set()
        self._backlog: deque[tuple[Incoming, wire.Call]] = deque()
        self._work = Event()
        self._stopping = False
        self._stopped = Event()

    # -- life of the service ------------------------------------------------------------------------------

    def setup(self) -> None:
        settings = self.container.config["settings"]
        self._service = self.container.service_name
        self._queue = f"rpc-{self._service}"
        self._url = settings.amqp_url
        self._prefetch = settings.rpc_prefetch
        self._expires = settings.rpc_queue_expires_ms
        name = f"{self._service} {settings.instance}"
        self._name = f"{name} calls"
        self.responder = Responder(settings.amqp_url, name=f"{name} replies", on_done=self._done)
        health.register("rpc", lambda: self._trouble)

    def start(self) -> None:
        """Returns at once, with or without a broker: readiness tells which."""
        self.container.spawn_managed_thread(self._run, identifier="rpc-consumer")
        self.container.spawn_managed_thread(self._dispatch, identifier="rpc-dispatcher")
        self.container.spawn_managed_thread(self.responder.run, identifier="rpc-responder")

    def finish(self) -> None:
        """Takes no more calls, gives back those not begun, returns when all others are answered.

        The connection stays until then: closing it first makes the broker hand the calls
        under work to another replica, which does them a second time.
        """
        self._stopping = True
        self._wake_dispatcher()
        self._stopped.wait()

    def stop(self) -> None:
        self.finish()

    # -- connection ---------------------------------------------------------------------------------------

    def _run(self) -> None:
        pauses = bus.Pauses(eventlet.sleep)
        while not self._may_end():
            try:
                if not self._stopping:
                    self._connect()
                    pauses.reset()
                self._serve()
            except Exception as error:  # py-amqp fails in many ways on a lost connection; none may end us
                self._lost(error)
                pauses.pause()
        self._trouble = "stopping"
        self.responder.stop()
        bus.hang_up(self._connection)
        self._stopped.send()

    def _may_end(self) -> bool:
        return self._stopping and not self._open and self._consumer_tag is None

    def _serve(self) -> None:
        while not self._may_end():
            if self._stopping and self._consumer_tag is not None:
                self._cancel()
            if self._connection is None:
                eventlet.sleep(_POLL_SECONDS)
                continue
            if not bus.wait_and_handle(self._connection, _POLL_SECONDS):
                self._connection.heartbeat_tick()

    def _cancel(self) -> None:
        self._channel.basic_cancel(self._consumer_tag)
        self._consumer_tag = None
        self._trouble = "stopping"
        self._give_back()

    def _connect(self) -> None:
        self._connection = bus.connect(self._url, name=self._name)
        self._channel = self._connection.channel()
        self._declare()
        self._channel.basic_qos(0, self._prefetch, False)
        self._consumer_tag = self._channel.basic_consume(self._queue, callback=self._on_message)
        self._trouble = None
        log.info("taking calls", extra={"queue": self._queue})

    def _declare(self) -> None:
        """The queue is ours (it expires with us). The exchange is not: it is declared only where it is
        missing, which a service with the least rights may not do and reports instead."""
        self._channel.queue_declare(
            self._queue, durable=True, auto_delete=False, arguments={"x-expires": self._expires}
        )
        try:
            self._bind()
        except amqp.NotFound:
            self._channel = self._connection.channel()  # type: ignore[union-attr]
            self._channel.exchange_declare(wire.EXCHANGE, "topic", durable=True, auto_delete=False)
            self._bind()

    def _bind(self) -> None:
        self._channel.queue_bind(self._queue, wire.EXCHANGE, f"{self._service}.*")

    def _lost(self, error: Exception) -> None:
        self._trouble = bus.describe(error)
        metrics.RECONNECTS.labels("rpc").inc()
        log.warning(
            "call connection lost",
            exc_info=not isinstance(error, bus.ERRORS),
            extra={"reason": self._trouble},
        )
        bus.hang_up(self._connection)
        self._connection = self._consumer_tag = None
        self._forget_unbegun()

    # -- messages -----------------------------------------------------------------------------------------

    def _on_message(self, raw: Any) -> None:
        properties = raw.properties
        message = Incoming(
            raw.channel, raw.delivery_tag, _reply_key(properties), properties.get("correlation_id")
        )
        self._open.add(message)
        try:
            method = raw.delivery_info["routing_key"].partition(".")[2]
            request = wire.read_request(method, bus.body_of(raw), properties)
        except (wire.Malformed, ServiceError) as error:
            message.open_calls = 1
            self._refuse(message, None, error)
        except Exception:  # whatever a message can do to the code above, it must not come back for ever
            log.exception("unreadable message")
            message.open_calls = 1
            self._refuse(message, None, wire.Malformed("unreadable"))
        else:
            self._accept(message, request)

    def _accept(self, message: Incoming, request: wire.Request) -> None:
        message.grouped = request.grouped
        message.open_calls = len(request.calls) + len(request.refused)
        metrics.CALLS_PER_MESSAGE.observe(message.open_calls)
        for call_id, error in request.refused:
            self._refuse(message, call_id, error)
        self._backlog.extend((message, call) for call in request.calls)
        self._wake_dispatcher()

    def _refuse(self, message: Incoming, call_id: Any, error: wire.Malformed | ServiceError) -> None:
        reason = error.reason if isinstance(error, wire.Malformed) else error.code
        if message.reply_to is None:
            metrics.DROPPED.labels(reason).inc()
        else:
            metrics.REFUSED.labels(reason).inc()
        log.warning("refused", extra={"reason": reason, "answered": message.reply_to is not None})
        if reason == "too_large":
            error = TooLarge("message_too_large", {"limit": wire.MAX_BODY})
        wire_error = (
            wire.dump_error(error) if isinstance(error, ServiceError) else wire.dump_failure("", reason)
        )
        self.responder.put(Answer(message, wire.encode_reply(call_id, error=wire_error)))

    def _done(self, message: Incoming) -> None:
        self._open.discard(message)
        message.acknowledge()

    # -- workers ------------------------------------------------------------------------------------------

    def _wake_dispatcher(self) -> None:
        if not self._work.ready():
            self._work.send()

    def _dispatch(self) -> None:
        """Hands calls to workers in the order of arrival; waits while all workers are busy."""
        while not (self._stopping and not self._backlog and not self._open):
            if not self._backlog:
                self._work = Event()
                with eventlet.Timeout(_POLL_SECONDS if self._stopping else None, False):
                    self._work.wait()
                continue
            message, call = self._backlog.popleft()
            if message.alive:
                self._start(message, call)
            else:
                self._forget(message)

    def _start(self, message: Incoming, call: wire.Call) -> None:
        entrypoint = self.entrypoints.get(call.method)
        if entrypoint is None:
            self._refuse(message, call.id, wire.Malformed("method_not_found"))
            return
        message.started = True
        entrypoint.spawn(call, lambda body: self.responder.put(Answer(message, body)))

    def _give_back(self) -> None:
        """On a stop: messages of which no call has begun go to another replica, the rest is finished here."""
        for message in {message for message, _ in self._backlog if not message.started}:
            self._open.discard(message)
            message.requeue()
        self._backlog = deque(item for item in self._backlog if item[0] in self._open)

    def _forget_unbegun(self) -> None:
        """After a lost connection: whatever has not begun is redelivered, here or elsewhere."""
        for message, _ in self._backlog:
            self._forget(message)
        self._backlog.clear()

    def _forget(self, message: Incoming) -> None:
        if message.answered():
            self._open.discard(message)


def _reply_key(properties: dict[str, Any]) -> str | None:
    """Where the answer goes. Any other key would let a caller write to a service in our name, or close
    our channel if we may not."""
    key = properties.get("reply_to")
    return key if isinstance(key, str) and _REPLY_KEY.fullmatch(key) else None
