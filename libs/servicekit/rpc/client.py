"""Calls from one service to another: a deadline on each, and an answer or an error in every case.

nameko's RpcProxy waits for ever, for a service that died and for an answer that was lost.
"""

from __future__ import annotations

import logging
import math
import time
import uuid
from typing import Any

import amqp
import eventlet
import orjson
from eventlet.event import Event
from eventlet.semaphore import Semaphore
from nameko.extensions import DependencyProvider, SharedExtension

from servicekit import bus, context, metrics, wire
from servicekit.errors import TooLarge, Unavailable

log = logging.getLogger(__name__)

DEFAULT_DEADLINE = 5.0
_POLL_SECONDS = 0.2


class Service:
    """Another service, by name. `client.call("method", …)` answers with its result."""

    def __init__(self, link: RpcLink, name: str) -> None:
        self.link = link
        self._name = name

    def call(self, method: str, *args: Any, deadline: float = DEFAULT_DEADLINE, **kwargs: Any) -> Any:
        """Waits for the answer, `deadline` seconds at most and never past the running call's own deadline.

        Raises one of the eight errors; Unavailable("rpc_timeout" | "service_down" | "bus_down");
        RemoteFailure for a defect over there.
        """
        left = context.remaining()
        return self.link.call(
            self._name, method, args, kwargs, deadline if left is None else min(deadline, left)
        )


class RpcLink(SharedExtension):
    """The process's one connection for calling others: requests out, answers in, the calls that wait."""

    def __init__(self) -> None:
        self._pending: dict[str, Event] = {}
        self._connection: bus.Connection | None = None
        self._channel: Any = None
        self._reply_key = ""
        self._writing = Semaphore()
        self._stopping = False
        self._running: Any = None

    def setup(self) -> None:
        settings = self.container.config["settings"]
        self._url = settings.amqp_url
        self._name = f"{self.container.service_name} {settings.instance} client"

    def start(self) -> None:
        self._running = self.container.spawn_managed_thread(self._run, identifier="rpc-link")

    def stop(self) -> None:
        """Called once no worker can call any more."""
        self._stopping = True
        if self._running is not None:
            self._running.wait()

    @property
    def pending(self) -> frozenset[str]:
        """The calls that have not come to an end, by correlation id."""
        return frozenset(self._pending)

    def service(self, name: str) -> Service:
        """The service called `name`, whether it exists or not."""
        return Service(self, name)

    def call(
        self, service: str, method: str, args: tuple[Any, ...], kwargs: dict[str, Any], timeout: float
    ) -> Any:
        """See `Service.call`."""
        if timeout <= 0:
            raise Unavailable("deadline_exceeded", {"retry_after": 1})
        correlation_id, answer = uuid.uuid4().hex, Event()
        body = wire.encode_plain_call(args, kwargs)
        if len(body) > wire.MAX_BODY:
            raise TooLarge("message_too_large", {"limit": wire.MAX_BODY})
        self._pending[correlation_id] = answer
        try:
            with eventlet.Timeout(
                timeout, Unavailable("rpc_timeout", {"service": service, "retry_after": 1})
            ):
                self._publish(service, method, self._request(body, correlation_id, timeout))
                return answer.wait()
        finally:
            self._pending.pop(correlation_id, None)

    def _request(self, body: bytes, correlation_id: str, timeout: float) -> amqp.Message:
        call = context.current()
        headers = {"nameko.request_id": call.request_id, "nameko.deadline": time.time() + timeout}
        if call.user_id is not None:
            headers["nameko.user_id"] = call.user_id
        return amqp.Message(
            body,
            content_type=wire.CONTENT_TYPE,
            content_encoding="utf-8",
            delivery_mode=1,
            application_headers=headers,
            correlation_id=correlation_id,
            reply_to=self._reply_key,
            expiration=str(math.ceil(timeout * 1000)),
        )

    def _publish(self, service: str, method: str, request: amqp.Message) -> None:
        with self._writing:
            channel, connection = self._channel, self._connection
            if channel is None or connection is None:
                raise Unavailable("bus_down", {"retry_after": 1})
            try:
                channel.basic_publish(request, wire.EXCHANGE, f"{service}.{method}", mandatory=True)
            except Exception as error:
                self._break(connection)
                raise Unavailable("bus_down", {"retry_after": 1}) from error
            except (
                BaseException
            ):  # the deadline, in the middle of a frame: nothing can follow on this connection
                self._break(connection)
                raise

    def _break(self, connection: bus.Connection) -> None:
        if connection is self._connection:
            self._channel = None
            if connection._transport is not None:
                connection._transport.close()

    # -- connection ---------------------------------------------------------------------------------------

    def _run(self) -> None:
        pauses = bus.Pauses(eventlet.sleep)
        while not self._stopping:
            try:
                self._connect()
                pauses.reset()
                self._read()
            except Exception as error:  # py-amqp fails in many ways on a lost connection; none may end us
                self._lost(error)
                pauses.pause()
        bus.hang_up(self._connection)

    def _connect(self) -> None:
        self._connection = bus.connect(self._url, name=self._name)
        channel = self._connection.channel()
        self._reply_key = f"reply.{bus.user_of(self._url)}.{uuid.uuid4().hex}"
        channel.queue_declare(self._reply_key, exclusive=True, auto_delete=True)
        channel.queue_bind(self._reply_key, wire.EXCHANGE, self._reply_key)
        channel.basic_consume(self._reply_key, no_ack=True, callback=self._on_reply)
        channel.events["basic_return"].add(self._on_return)
        self._channel = channel

    def _read(self) -> None:
        while not self._stopping:
            assert self._connection is not None
            if not bus.wait_and_handle(self._connection, _POLL_SECONDS):
                self._connection.heartbeat_tick()

    def _lost(self, error: Exception) -> None:
        metrics.RECONNECTS.labels("client").inc()
        unknown = not isinstance(error, bus.ERRORS)
        log.warning("client connection lost", exc_info=unknown, extra={"reason": bus.describe(error)})
        self._channel = None
        bus.hang_up(self._connection)
        self._connection = None
        for correlation_id in list(self._pending):
            self._fail(correlation_id, Unavailable("bus_lost", {"retry_after": 1}))

    def _on_reply(self, message: Any) -> None:
        answer = self._pending.pop(message.properties.get("correlation_id", ""), None)
        if answer is None:
            return
        try:
            reply = orjson.loads(bus.body_of(message))
            result, error = reply["result"], reply["error"]
        except (ValueError, KeyError, TypeError):
            answer.send_exception(wire.RemoteFailure("unknown", "unreadable_answer"))
            return
        if error is None:
            answer.send(result)
        else:
            answer.send_exception(wire.load_error(error))

    def _on_return(self, _error: Any, _exchange: str, routing_key: str, message: Any) -> None:
        service = routing_key.partition(".")[0]
        down = Unavailable("service_down", {"service": service, "retry_after": 1})
        self._fail(message.properties.get("correlation_id", ""), down)

    def _fail(self, correlation_id: str, error: Exception) -> None:
        answer = self._pending.pop(correlation_id, None)
        if answer is not None:
            answer.send_exception(error)


class RpcClient(DependencyProvider):
    """`directory = RpcClient("gateway")` on a service class, then `self.directory.call("directory")`."""

    link = RpcLink()

    def __init__(self, service: str) -> None:
        self.service = service

    def get_dependency(self, worker_ctx: Any) -> Service:
        return self.link.service(self.service)
