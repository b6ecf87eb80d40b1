"""Requests that must be refused: each ordinary request, damaged in every way that its operation knows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from tests.security.door import Door, Operation, Request
from tests.security.file_refusals import damaged_uploads
from tests.security.known import ADMIN, AGENTS, ANONYMOUS, CONNECTOR, EXPIRED, World
from tests.security.samples import FOR_ADMINISTRATORS, FOR_CONNECTORS, OPEN_TO_ANYONE, PUBLIC, SAMPLES

_NOT_DOCUMENTS = (b"", b"{", b'{"name": "a"', b"null", b'"text"', b"[1, 2", b"12", b"\xff\xfe", b'{"a": NaN}')
_OF_ANOTHER_TYPE: Mapping[str, tuple[Any, ...]] = {
    "string": (12345, {"a": 1}),
    "integer": ("many", [1]),
    "number": ("many",),
    "boolean": ("yes", 1),
    "array": ("text", 7),
    "object": ("text", [1]),
}
_ODD_QUERIES = ("surprise=1", "limit=0", "limit=201", "limit=ten", "cursor=%00", "limit=1&limit=2", "%ff=1")


@dataclass(frozen=True)
class Refusal:
    """Who asks, what, and in which way it is wrong."""

    caller: str
    way: str
    request: Request

    def __str__(self) -> str:
        return f"{self.request.operation} by {self.caller}, {self.way}: {self.request}"


def all_refusals(door: Door, world: World) -> Iterator[Refusal]:
    """For every operation that knows callers or bodies."""
    for name, operation in door.operations.items():
        if name in PUBLIC:
            continue
        sample = SAMPLES[name](world)
        schema = _body_schema(operation, door.document)
        damaged = [*_paths(sample), *_queries(operation, sample), *_headers(sample, operation)]
        damaged += [*_damaged_bodies(sample, schema, door.document)]
        yield from (Refusal(ADMIN, way, request) for way, request in damaged)
        if name not in OPEN_TO_ANYONE:
            yield from (Refusal(caller, "role", sample) for caller in _not_allowed(operation))


def _not_allowed(operation: Operation) -> Iterator[str]:
    yield from (ANONYMOUS, EXPIRED)
    if operation.name not in FOR_CONNECTORS:
        yield CONNECTOR
    if operation.name in FOR_ADMINISTRATORS | {"post_events"}:
        yield AGENTS[0]


def _paths(sample: Request) -> Iterator[tuple[str, Request]]:
    for name in sample.path:
        for value in (str(uuid4()), "not-an-id", "a b", "%00"):
            yield "path", sample.but(path={**sample.path, name: value})


def _queries(operation: Operation, sample: Request) -> Iterator[tuple[str, Request]]:
    known = {
        parameter["name"] for parameter in operation.document.get("parameters", ()) if "name" in parameter
    }
    for query in _ODD_QUERIES:
        if query.split("=")[0] in known or query in ("surprise=1", "%ff=1"):
            yield "query", sample.but(query=query)


def _headers(sample: Request, operation: Operation) -> Iterator[tuple[str, Request]]:
    parameters = operation.document.get("parameters", ())
    known = {str(parameter.get("name", "")).lower() for parameter in parameters}
    if "if-match" in known:
        for tag in ("3", 'W/"3"', '"3", "4"', "", '"77777"'):
            yield "If-Match", sample.but(headers={**sample.headers, "If-Match": tag})
        if sample.headers:
            yield "If-Match", sample.but(headers={})
    if "idempotency-key" in known:
        for key in ("", "x" * 256):
            yield "Idempotency-Key", sample.but(headers={**sample.headers, "Idempotency-Key": key})


def _damaged_bodies(
    sample: Request, schema: Mapping[str, Any] | None, document: Mapping[str, Any]
) -> Iterator[tuple[str, Request]]:
    if sample.operation in ("create_import", "create_report_upload"):
        return damaged_uploads(sample)
    return _bodies(sample, schema, document) if schema else _unwanted_bodies(sample)


def _unwanted_bodies(sample: Request) -> Iterator[tuple[str, Request]]:
    if sample.operation.startswith(("get_", "list_", "count_", "stream_")):
        return
    for raw in (b"{", b'{"a": 1}', b"[]"):
        yield "unwanted body", sample.but(raw=raw)


def _bodies(
    sample: Request, schema: Mapping[str, Any], document: Mapping[str, Any]
) -> Iterator[tuple[str, Request]]:
    body = sample.body
    for raw in _NOT_DOCUMENTS:
        yield "not a document", sample.but(raw=raw)
    yield "content type", sample.but(headers={**sample.headers, "Content-Type": "text/plain"})
    yield "content type", sample.but(headers={**sample.headers, "Content-Type": "application/xml"})
    yield (
        "content type",
        sample.but(headers={**sample.headers, "Content-Type": 'application/json; charset="latin1"'}),
    )
    yield "too large", sample.but(body={**body, "name": "x" * 1_100_000})
    if sample.operation == "post_events":  # where unknown properties are ignored
        yield from _events(sample)
        return
    yield "unknown property", sample.but(body={**body, "surprise": 1})
    for name in schema.get("required", ()):
        yield "missing", sample.but(body={key: value for key, value in body.items() if key != name})
    for name, described in schema.get("properties", {}).items():
        for value in _wrong_values(_resolved(described, document)):
            yield f"wrong {name}", sample.but(body={**body, name: value})
    for text in ('"\\u0000"', '"\\ud800"', "NaN", "1e999", "[" * 200 + "]" * 200):
        for name in list(schema.get("properties", {}))[:3]:
            yield f"strange {name}", sample.but(raw=_with_raw(body, name, text))


def _events(sample: Request) -> Iterator[tuple[str, Request]]:
    """One wrong event refuses a whole batch."""
    event = sample.body
    for name in ("specversion", "id", "source", "type", "data"):
        yield "missing", sample.but(body=[event, {k: v for k, v in event.items() if k != name}])
        yield f"wrong {name}", sample.but(body=[event, {**event, name: 7}])
    yield "wrong time", sample.but(body=[event, {**event, "time": "yesterday"}])
    yield "strange data", sample.but(raw=_with_raw(event, "data", '{"a": "\\u0000"}'))
    yield "too many", sample.but(body=[event] * 1001)


def _wrong_values(described: Mapping[str, Any]) -> Iterator[Any]:
    kinds = described.get("type", ())
    kinds = [kinds] if isinstance(kinds, str) else list(kinds)
    for kind in kinds:
        if kind == "object" and "array" in kinds:
            continue
        yield from _OF_ANOTHER_TYPE.get(kind, ())
    if "string" in kinds:
        yield "x" * max(5_000, described.get("maxLength", 0) + 1)
        if described.get("format") in ("uuid", "date-time") or described.get("enum"):
            yield "neither"


def _with_raw(body: Mapping[str, Any], name: str, text: str) -> bytes:
    rest = json.dumps({key: value for key, value in body.items() if key != name})
    return (rest[:-1] + (", " if len(rest) > 2 else "") + f'"{name}": {text}}}').encode()


def _body_schema(operation: Operation, document: Mapping[str, Any]) -> Mapping[str, Any] | None:
    content = operation.document.get("requestBody", {}).get("content", {})
    for described in content.values():
        return _resolved(described.get("schema", {}), document)
    return None


def _resolved(schema: Mapping[str, Any], document: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = schema.get("$ref")
    if reference is None:
        return schema
    found: Any = document
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return found
