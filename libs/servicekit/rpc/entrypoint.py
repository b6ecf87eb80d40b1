"""`@rpc`: offers a method to other services and to the gateway."""

from __future__ import annotations

import logging
import random
import secrets
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

import eventlet
from nameko.extensions import Entrypoint

from servicekit import context, metrics, wire
from servicekit.errors import ServiceError, TooLarge, Unavailable
from servicekit.log import describe
from servicekit.rpc.consumer import RpcConsumer

log = logging.getLogger("servicekit.calls")

ATTEMPTS = 6
_FIRST_PAUSE = 0.01
# PostgreSQL undid the transaction for the sake of another one: serialization failure, deadlock.
_RETRIED_SQLSTATES = frozenset({"40001", "40P01"})

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


class BadSignature(Exception):
    """The arguments do not fit the method."""


class Rpc(Entrypoint):
    """Answers calls with the method's result, one of the eight errors, or a reference to the logs.

    The whole method runs again, within its deadline, when PostgreSQL had to undo its transaction.
    `grouped=False` marks methods so heavy that callers send them in messages of their own.
    """

    consumer = RpcConsumer()

    def __init__(self, *, grouped: bool = True, **options: Any) -> None:
        self.grouped = grouped
        super().__init__(**options)

    def setup(self) -> None:
        self.consumer.entrypoints[self.method_name] = self

    def stop(self) -> None:
        self.consumer.finish()

    def spawn(self, call: wire.Call, answer: Callable[[bytes], None]) -> None:
        """Runs `call` in the next free worker; `answer` gets the encoded reply, whatever happens."""
        started = time.perf_counter()

        def handle_result(_worker: Any, result: Any, exc_info: ExcInfo | None) -> tuple[Any, ExcInfo | None]:
            error = None if exc_info is None else exc_info[1]
            body, outcome = _reply(call, result, error)
            answer(body)
            _record(call, outcome, time.perf_counter() - started)
            return result, exc_info

        request_id = call.request_id or secrets.token_hex(8)
        self.container.spawn_worker(
            self,
            call.args,
            call.kwargs,
            context_data={"call": context.CallContext(request_id, call.deadline, call.user_id)},
            handle_result=handle_result,
        )

    def run(self, method: Callable[..., Any], args: list[Any], kwargs: dict[str, Any]) -> Any:
        """Called by the container once a worker is free: the one place where the deadline decides."""
        for attempt in range(1, ATTEMPTS + 1):
            _check_deadline()
            try:
                return _call(method, args, kwargs)
            except Exception as error:
                if not _undone_for_another(error):
                    raise
                if attempt == ATTEMPTS:
                    raise Unavailable("contention", {"retry_after": 1}) from error
                eventlet.sleep(_FIRST_PAUSE * 2 ** (attempt - 1) * random.uniform(0.5, 1.5))


rpc = Rpc.decorator


def _check_deadline() -> None:
    left = context.remaining()
    if left is not None and left <= 0:
        raise Unavailable("deadline_exceeded", {"retry_after": 1})


def _call(method: Callable[..., Any], args: list[Any], kwargs: dict[str, Any]) -> Any:
    try:
        return method(*args, **kwargs)
    except TypeError as error:
        trace = error.__traceback__
        if trace is not None and trace.tb_next is None:  # raised by the call itself, not inside the method
            raise BadSignature from error
        raise


def _undone_for_another(error: Exception) -> bool:
    return getattr(getattr(error, "orig", None), "sqlstate", None) in _RETRIED_SQLSTATES


def _reply(call: wire.Call, result: Any, error: BaseException | None) -> tuple[bytes, str]:
    """The encoded answer and its outcome in a word."""
    if isinstance(error, ServiceError):
        try:
            return wire.encode_reply(call.id, error=wire.dump_error(error)), type(error).__name__
        except (TypeError, ValueError) as unserializable:
            error = unserializable
    elif error is None:
        try:
            body = wire.encode_reply(call.id, result)
        except (TypeError, ValueError) as unserializable:
            error = unserializable
        else:
            return (body, "ok") if len(body) <= wire.MAX_ANSWER else _too_large(call)
    return _failure(call, error)


def _too_large(call: wire.Call) -> tuple[bytes, str]:
    error = TooLarge("answer_too_large", {"limit": wire.MAX_ANSWER})
    return wire.encode_reply(call.id, error=wire.dump_error(error)), describe(error)


def _failure(call: wire.Call, error: BaseException) -> tuple[bytes, str]:
    reference = secrets.token_hex(8)
    reason = "bad_signature" if isinstance(error, BadSignature) else "failed"
    log.error(
        "failed",
        exc_info=(type(error), error, error.__traceback__),
        extra={"method": call.method, "reference": reference},
    )
    return wire.encode_reply(call.id, error=wire.dump_failure(reference, reason)), describe(error)


def _record(call: wire.Call, outcome: str, seconds: float) -> None:
    metrics.record_call(call.method, outcome, seconds)
    if log.isEnabledFor(logging.INFO):
        log.info(
            "call",
            extra={
                "method": call.method,
                "ms": round(seconds * 1000, 1),
                "outcome": outcome,
                "user_id": call.user_id,
            },
        )
