"""The bytes of a call and of its answer, without any transport.

A message carries either one call, as nameko sends it (`{"args", "kwargs"}`, the method in the routing
key), or a group of calls (`{"calls": [...]}`, routing key `<service>.__group__`). Each call is answered by
itself; answers travel in groups too. Whatever is wrong with a message becomes a `Malformed`, whatever is
wrong with one call of a group becomes a refusal of that call alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from servicekit.errors import WIRE_ERRORS, Invalid, ServiceError

EXCHANGE: Final = "nameko-rpc"
GROUP_METHOD: Final = "__group__"
CONTENT_TYPE: Final = "application/json"
MAX_BODY: Final = 4 * 1024 * 1024
MAX_CALL: Final = MAX_BODY - 1024  # a group has room for one such call
MAX_ANSWER: Final = 8 * 1024 * 1024  # the broker closes the channel over what is too large for it
MAX_DEPTH: Final = 40  # what comes from outside may have 32 levels, and travels some levels deep in a call
MAX_CALLS: Final = 1_000
_STRICT = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS


class RemoteFailure(Exception):
    """The method failed in a way that is nobody's answer: a defect. Look `reference` up in the logs."""

    def __init__(self, reference: str, reason: str = "failed") -> None:
        super().__init__(reference, reason)
        self.reference = reference
        self.reason = reason


class CallTimeout(Exception):
    """The deadline passed or the bus was lost with the call under way. A write may have happened."""

    def __init__(self, reason: str, *, write: bool) -> None:
        super().__init__(reason, write)
        self.reason = reason
        self.write = write


class Malformed(Exception):
    """The message cannot be read. `reason` is a word for metrics and logs, never content."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Call:
    """One call. `id` is the caller's, opaque, and None for a plain message."""

    id: Any
    method: str
    args: Sequence[Any]
    kwargs: dict[str, Any]
    deadline: float | None = None
    request_id: str = ""
    user_id: str | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """The calls of one message, and the ids of those that are no calls, with the reason."""

    calls: list[Call]
    grouped: bool
    refused: list[tuple[Any, Malformed | ServiceError]] = field(default_factory=list)


def read_request(method: str, body: bytes, properties: dict[str, Any]) -> Request:
    """The calls of one message. Raises Malformed when there are none to be had."""
    headers = properties.get("application_headers") or {}
    _check_envelope(body, properties, headers)
    message = _read_json(body)
    if method == GROUP_METHOD:
        return _read_group(message, body)
    call = _read_call(_as_group_item(method, message, headers))
    _check_content(call, body)
    return Request([call], grouped=False)


def _check_envelope(body: bytes, properties: dict[str, Any], headers: dict[str, Any]) -> None:
    content_type = properties.get("content_type")
    if not isinstance(content_type, str) or content_type.partition(";")[0].strip().lower() != CONTENT_TYPE:
        raise Malformed("content_type")
    if str(properties.get("content_encoding") or "utf-8").lower() not in ("utf-8", "binary"):
        raise Malformed("content_encoding")
    if "compression" in headers:
        raise Malformed("compressed")
    if len(body) > MAX_BODY:
        raise Malformed("too_large")


def _read_json(body: bytes) -> dict[str, Any]:
    try:
        message = orjson.loads(body)
    except ValueError:
        raise Malformed("json") from None
    if type(message) is not dict:
        raise Malformed("not_an_object")
    return message


def _deeper_than(value: Any, limit: int) -> bool:
    """Level by level, so that the depth of a hostile message costs no stack and no more than its size."""
    level = [value]
    for _ in range(limit):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if type(outer) is dict else outer)
            if type(inner) is dict or type(inner) is list
        ]
        if not level:
            return False
    return True


def _as_group_item(method: str, message: dict[str, Any], headers: dict[str, Any]) -> dict[str, Any]:
    if "args" not in message or "kwargs" not in message:
        raise Malformed("not_a_call")
    return {
        "method": method,
        "args": message["args"],
        "kwargs": message["kwargs"],
        "deadline": headers.get("nameko.deadline"),
        "request_id": headers.get("nameko.request_id"),
        "user_id": headers.get("nameko.user_id"),
    }


def _read_group(message: dict[str, Any], body: bytes) -> Request:
    items = message.get("calls")
    if type(items) is not list or not 0 < len(items) <= MAX_CALLS:
        raise Malformed("not_a_group")
    request = Request([], grouped=True)
    for item in items:
        try:
            call = _read_call(item)
            _check_content(call, body)
        except (Malformed, Invalid) as error:
            request.refused.append((item.get("id") if type(item) is dict else None, error))
        else:
            request.calls.append(call)
    return request


def _read_call(item: Any) -> Call:
    if type(item) is not dict:
        raise Malformed("not_a_call")
    call = Call(
        item.get("id"),
        item.get("method", ""),
        item.get("args", []),
        item.get("kwargs", {}),
        item.get("deadline"),
        item.get("request_id") or "",
        item.get("user_id"),
    )
    if (
        type(call.method) is not str
        or type(call.args) is not list
        or type(call.kwargs) is not dict
        or type(call.deadline) not in (float, int, type(None))
        or type(call.request_id) is not str
        or type(call.user_id) not in (str, type(None))
    ):
        raise Malformed("not_a_call")
    return call


def _check_content(call: Call, body: bytes) -> None:
    """Each call by itself, or one would spoil its group.

    PostgreSQL stores no NUL, so no text may hold one; found here it is one answer, not a defect.
    """
    if _deeper_than([call.args, call.kwargs], MAX_DEPTH):
        raise Malformed("too_deep")
    if b"\\u0000" in body and _holds_nul([call.args, call.kwargs]):
        raise Invalid.at("", "nul_character", "Text must not contain the character U+0000.")


def _holds_nul(value: Any) -> bool:
    if type(value) is str:
        return "\0" in value
    if type(value) is dict:
        return any(map(_holds_nul, value)) or any(map(_holds_nul, value.values()))
    return type(value) is list and any(map(_holds_nul, value))


def encode_call(call: Call) -> bytes:
    """One call of a group. Raises TypeError on anything that is not plain JSON."""
    return orjson.dumps(
        {
            "id": call.id,
            "method": call.method,
            "args": call.args,
            "kwargs": call.kwargs,
            "deadline": call.deadline,
            "request_id": call.request_id,
            "user_id": call.user_id,
        },
        option=_STRICT,
    )


def encode_group(calls: list[bytes]) -> bytes:
    """The body of one message with these calls."""
    return b'{"calls":[' + b",".join(calls) + b"]}"


def encode_plain_call(args: tuple[Any, ...], kwargs: dict[str, Any]) -> bytes:
    """The body of a plain message: one call, its method in the routing key."""
    return orjson.dumps({"args": args, "kwargs": kwargs}, option=_STRICT)


def encode_reply(call_id: Any, result: Any = None, error: dict[str, Any] | None = None) -> bytes:
    """The answer to one call. Raises TypeError when `result` is not plain JSON."""
    return orjson.dumps({"id": call_id, "result": result, "error": error}, option=_STRICT)


def encode_replies(replies: list[bytes]) -> bytes:
    """The body of one message with these answers."""
    return b'{"replies":[' + b",".join(replies) + b"]}"


def dump_error(error: ServiceError) -> dict[str, Any]:
    """One of the eight in its wire form: type and args, nothing else survives."""
    name = type(error).__name__
    return {
        "exc_type": name,
        "exc_path": f"servicekit.errors.{name}",
        "exc_args": [error.code, error.payload],
        "value": error.code,
    }


def dump_failure(reference: str, reason: str) -> dict[str, Any]:
    """Anything else in its wire form: a reference into the logs instead of what happened."""
    return {
        "exc_type": "InternalError",
        "exc_path": "servicekit.wire.RemoteFailure",
        "exc_args": ["internal_error", {"reference": reference, "reason": reason}],
        "value": reference,
    }


def load_error(error: Any) -> Exception:
    """The exception that a caller raises for the `error` of an answer."""
    try:
        kind = WIRE_ERRORS.get(error["exc_type"])
        code, payload = error["exc_args"]
        if kind is not None:
            return kind(str(code), dict(payload))
        return RemoteFailure(str(payload["reference"]), str(payload.get("reason", "failed")))
    except (KeyError, TypeError, ValueError):
        return RemoteFailure("unknown", "unreadable_answer")
