"""What comes in is checked before anything is done: size at the socket, type, strict JSON, schema."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import parse_qsl

from marshmallow import Schema, ValidationError
from starlette.types import Receive

from gateway.operations import Operation
from gateway.problems import TITLE, HttpProblem
from servicekit.errors import Invalid, TooLarge
from servicekit.jsonio import UnsafeJson, loads_strict

BODY_LIMIT = 1_000_000
# marshmallow takes up to 0.2 ms for each, and all other requests wait meanwhile.
MOST_VALUES = 5_000
_BODY_SECONDS = 60.0
_LINGER_SECONDS, _LINGER_BYTES = 2.0, 256_000_000

_CODES = (
    ("Missing data", "required"),
    ("Unknown field", "unknown_property"),
    ("Field may not be null", "null"),
    ("Must be one of", "not_one_of"),
    ("String does not match", "invalid_format"),
    ("Not a valid", "invalid_type"),
    ("Invalid input type", "invalid_type"),
    ("Longer than", "too_long"),
    ("Shorter than", "too_short"),
    ("Length must", "invalid_length"),
    ("Must be greater", "out_of_range"),
    ("Must be less", "out_of_range"),
)


class BodyTooLarge(TooLarge):
    """More came, or was announced, than is read."""

    STATUS = 413

    def __init__(self, limit: int = BODY_LIMIT) -> None:
        super().__init__("body_too_large", {"limit": limit})


class ClientGone(Exception):
    """The caller hung up before the request was complete."""


async def read_body(receive: Receive, headers: dict[bytes, bytes]) -> bytes:
    """The whole body. An announced size over the limit is refused before a byte is read."""
    announced = headers.get(b"content-length")
    if announced is None and b"transfer-encoding" not in headers:
        return b""
    if announced is not None and (not announced.isdigit() or int(announced[:12]) > BODY_LIMIT):
        raise BodyTooLarge
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            return await _all_parts(receive)
    except TimeoutError:
        raise HttpProblem(408, "body_too_slow", TITLE[408] + ".", {b"connection": b"close"}) from None


async def _all_parts(receive: Receive) -> bytes:
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > BODY_LIMIT:
            raise BodyTooLarge
        if not message.get("more_body", False):
            return b"".join(parts)


async def linger(receive: Receive) -> None:
    """Throws the rest of a refused body away for a moment.

    A socket closed with unread bytes resets the connection, and the caller would see that
    instead of our 413.
    """
    thrown_away = 0
    try:
        async with asyncio.timeout(_LINGER_SECONDS):
            while thrown_away < _LINGER_BYTES:
                message = await receive()
                thrown_away += len(message.get("body", b""))
                if message["type"] == "http.disconnect" or not message.get("more_body", False):
                    return
    except TimeoutError:
        return


def checked_body(operation: Operation, raw: bytes, content_type: bytes) -> Any:
    """The body as the operation's schema reads it; Invalid with pointers, or 415."""
    if operation.reader is not None:
        kind = require_content_type(operation, content_type)
        return operation.reader(kind, parse_json(raw))
    if operation.body is None:
        if raw.strip() not in (b"", b"{}"):
            raise Invalid.at("", "unexpected_body", "This operation takes no body.")
        return None
    require_content_type(operation, content_type)
    value = parse_json(raw)
    most = operation.most_values or MOST_VALUES
    if len(raw) > most and _has_more_values(value, most):
        raise Invalid.at("", "too_many_values", f"At most {most} values in one body.")
    return load(operation.body, value)


def _has_more_values(value: Any, limit: int) -> bool:
    """Whether there are more values in it than that, at all levels together."""
    todo, found = [value], 0
    while todo and found <= limit:
        current = todo.pop()
        if isinstance(current, (dict, list)):
            found += len(current)
            if found <= limit:
                todo.extend(current.values() if isinstance(current, dict) else current)
    return found > limit


def require_content_type(operation: Operation, content_type: bytes) -> str:
    kind, _, parameters = content_type.decode("latin-1").lower().partition(";")
    charset = parameters.replace(" ", "").replace('"', "")
    if kind.strip() not in operation.content_types or (
        "charset=" in charset and "charset=utf-8" not in charset
    ):
        accepted = ", ".join(operation.content_types)
        raise HttpProblem(415, "unsupported_media_type", f"Send {accepted}.", {b"accept": accepted.encode()})
    return kind.strip()


def parse_json(raw: bytes) -> Any:
    """Strict JSON: no NaN, no NUL, no lone surrogates, at most 32 levels."""
    try:
        return loads_strict(raw)
    except UnsafeJson as refused:
        raise Invalid.at("", refused.code, f"The body cannot be read: {refused.detail}.") from None


def checked_query(operation: Operation, raw: bytes) -> dict[str, Any]:
    """The query parameters as the operation's schema reads them, None where one is not given.

    Unknown and repeated ones are refused.
    """
    if operation.query is None and not raw:
        return {}
    given: dict[str, str] = {}
    try:
        pairs = parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=50)
    except ValueError:
        raise Invalid.at("", "invalid_query", "The query string is not valid.") from None
    for name, value in pairs:
        if name in given:
            raise Invalid.at(f"/{_escaped(name)}", "repeated", "Given more than once.")
        if "\0" in name + value:
            raise Invalid.at(f"/{_escaped(name)}", "nul", "Text must not contain NUL.")
        given[name] = value
    if operation.query is None:
        raise Invalid.at(f"/{_escaped(next(iter(given)))}", "unknown_property", "Unknown parameter.")
    return dict.fromkeys(operation.query.fields) | load(operation.query, given)  # type: ignore[no-any-return]


def load(schema: Schema, value: Any) -> Any:
    """What the schema makes of it, or Invalid with one entry for each fault."""
    try:
        return schema.load(value)
    except ValidationError as refused:
        raise Invalid("invalid", {"errors": list(faults(refused.messages))[:100]}) from None


def faults(messages: Any, pointer: str = "") -> list[dict[str, str]]:
    """marshmallow's nested messages as a flat list of `{pointer, code, detail}`."""
    if isinstance(messages, dict):
        found = []
        for key, below in messages.items():
            at = pointer if key == "_schema" else f"{pointer}/{_escaped(str(key))}"
            found += faults(below, at)
        return found
    return [{"pointer": pointer, "code": _code_of(text), "detail": text} for text in messages]


def _code_of(message: str) -> str:
    return next((code for start, code in _CODES if message.startswith(start)), "invalid_value")


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
