"""One request, from the socket to the answer: route, caller, policy, checks, handler, errors.

This is the one edge where exceptions become answers. A plain ASGI application: the ordinary
request passes one function and no stack of middlewares.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping

from starlette.types import Receive, Scope, Send

from gateway import observe, problems
from gateway.answers import Answer, send_answer
from gateway.auth import Caller, identify
from gateway.call import Call, Resources
from gateway.conditional import Precondition, parse_if_match
from gateway.files import FileAnswer
from gateway.idempotency import Key, key_from
from gateway.operations import IfMatch, Operation
from gateway.policy import Allowed
from gateway.problems import HttpProblem
from gateway.requests import BodyTooLarge, ClientGone, checked_body, checked_query, linger, read_body
from gateway.routing import MethodNotAllowed, NoSuchPath, Router
from gateway.streams import Stream
from gateway.uploads.incoming import Incoming, incoming
from servicekit import context
from servicekit.errors import ServiceError, Unavailable
from servicekit.wire import CallTimeout, RemoteFailure

log = logging.getLogger(__name__)
UNMATCHED = "unmatched"
# Probes must be answered when everything else is turned away.
_ALWAYS = frozenset({"livez", "readyz", "metrics"})


class Pipeline:
    """The API as an ASGI application for HTTP requests."""

    def __init__(self, router: Router, policy: Mapping[str, Allowed], resources: Resources) -> None:
        self._router = router
        self._policy = policy
        self._resources = resources
        self._in_flight = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        request = _Request(scope, receive, time.time() + self._resources.settings.rpc_deadline_seconds)
        self._in_flight += 1
        observe.IN_FLIGHT.inc()
        try:
            answer = await self._answer(request)
        except ClientGone:
            answer = Answer(499, b"", [])
        except Exception as error:
            answer = self._refusal(error, request)
        finally:
            self._in_flight -= 1
            observe.IN_FLIGHT.dec()
        size = await self._send(request, answer, send)
        user_id = request.caller.user_id if request.caller else None
        seconds = time.perf_counter() - started
        observe.record(request.name, answer.status, seconds, user_id=user_id, size=size)

    async def _answer(self, request: _Request) -> Answer:
        operation, path = self._router.find(request.method, request.path)
        request.operation = operation
        self._admit(operation)
        allowed = self._policy[operation.name]
        if allowed is not None:
            request.caller = await self._identify(request, allowed)
        call = Call(
            self._resources,
            operation,
            request.request_id,
            request.deadline,
            path,
            request.headers,
            request.client,
            checked_query(operation, request.query),
        )
        call.known_caller, call.allowed = request.caller, allowed
        call.wants_body = request.method != "HEAD"
        if operation.idempotent and request.caller is not None:
            call.key = _key(operation, request, request.caller)
        if operation.upload is not None:
            call.incoming = request.incoming = incoming(operation, request.receive, request.headers)
        elif operation.is_write:
            await self._read_write(call, request)
        return await operation.handler(call)

    def _admit(self, operation: Operation) -> None:
        if self._in_flight > self._resources.settings.max_in_flight and operation.name not in _ALWAYS:
            raise Unavailable("too_busy", {"retry_after": 1})

    async def _identify(self, request: _Request, allowed: frozenset[str]) -> Caller:
        caller = await identify(self._resources.callers, request.headers, allowed)
        context.begin(context.CallContext(request.request_id, request.deadline, caller.user_id))
        return caller

    async def _read_write(self, call: Call, request: _Request) -> None:
        raw = await read_body(request.receive, request.headers)
        operation = call.operation
        call.body = checked_body(operation, raw, request.headers.get(b"content-type", b""))
        call.precondition = _precondition(operation, request.headers)
        call.key = call.key.of(raw) if call.key else None

    def _refusal(self, error: Exception, request: _Request) -> Answer:
        """The answer to whatever a route raised."""
        place = {"instance": request.path, "request_id": request.request_id}
        match error:
            case HttpProblem():
                return problems.http_problem(error, **place)
            case ServiceError():
                return problems.service_problem(error, **place)
            case NoSuchPath():
                return problems.hidden_or_missing(**place)
            case MethodNotAllowed():
                return problems.method_not_allowed(error.allowed, **place)
            case CallTimeout():
                return problems.timed_out(write=error.write, **place)
            case RemoteFailure():
                return problems.defect(error.reference, **place)
        log.error("defect", exc_info=error, extra={"operation": request.name})
        return problems.defect(request.request_id, **place)

    async def _send(self, request: _Request, answer: Answer, send: Send) -> int:
        """Returns how many bytes of body went out, before compression."""
        if answer.status == 499:
            return 0
        request_id = request.request_id.encode()
        if isinstance(answer, Stream) and request.method == "HEAD":
            await answer.events.aclose()
        elif isinstance(answer, Stream):
            return await self._resources.streams.serve(
                answer,
                request.receive,
                send,
                request_id=request_id,
                refusal=lambda error: self._refusal(error, request),
            )
        if isinstance(answer, FileAnswer):
            return await self._resources.files.send(
                answer, request.receive, send, request_id=request_id, head=request.method == "HEAD"
            )
        accepted = request.headers.get(b"accept-encoding", b"")
        if not request.is_cut_off and answer.status != BodyTooLarge.STATUS:
            await send_answer(send, answer, request_id=request_id, accept_encoding=accepted)
            return len(answer.body)
        answer.headers.append((b"connection", b"close"))
        await send_answer(send, answer, request_id=request_id, accept_encoding=b"", more=True)
        await linger(request.receive)
        await send({"type": "http.response.body", "body": b""})
        return len(answer.body)


class _Request:
    """What is known of a request from its first line and headers, and what is learnt on the way."""

    __slots__ = (
        "caller",
        "client",
        "deadline",
        "headers",
        "incoming",
        "method",
        "operation",
        "path",
        "query",
        "receive",
        "request_id",
    )

    def __init__(self, scope: Scope, receive: Receive, deadline: float) -> None:
        self.method, self.path, self.query = scope["method"], scope["path"], scope["query_string"]
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        self.receive, self.deadline = receive, deadline
        self.client = scope["client"][0] if scope.get("client") else ""
        self.request_id = observe.request_id_from(self.headers.get(b"x-request-id"))
        self.operation: Operation | None = None
        self.caller: Caller | None = None
        self.incoming: Incoming | None = None
        context.begin(context.CallContext(self.request_id, deadline))

    @property
    def is_cut_off(self) -> bool:
        """Whether it is an upload that was refused before its end, which may be far away, or never come."""
        if self.operation is None or self.operation.upload is None:
            return False
        return self.incoming is None or not self.incoming.is_read

    @property
    def name(self) -> str:
        return self.operation.name if self.operation else UNMATCHED


def _key(operation: Operation, request: _Request, caller: Caller) -> Key | None:
    """The caller's key for this target, whatever the body is."""
    target = f"{operation.method} {request.path}?{request.query.decode('latin-1')}"
    header = request.headers.get(b"idempotency-key")
    return key_from(header, user_id=caller.user_id, target=target, body=b"")


def _precondition(operation: Operation, headers: dict[bytes, bytes]) -> Precondition | None:
    if operation.if_match is IfMatch.IGNORED:
        return None
    precondition = parse_if_match(headers.get(b"if-match"))
    if precondition is None and operation.if_match is IfMatch.REQUIRED:
        raise HttpProblem(428, "if_match_required", problems.TITLE[428] + ".")
    return precondition
