"""The API described by itself: OpenAPI 3.1, generated from the operations and their schemas."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema, fields

from gateway.answers import JSON_TYPE, Answer
from gateway.operations import MULTIPART, IfMatch, Operation, Upload
from gateway.policy import POLICY
from gateway.problems import TITLE
from gateway.routing import path_parameters
from gateway.schemas import common
from gateway.schemas.fields import ListOrChange

_PROBLEM = "application/problem+json"
_PROBLEM_SCHEMAS: dict[int, type[Schema]] = {
    409: common.ConflictProblem,
    412: common.StaleProblem,
    422: common.ValidationProblem,
    500: common.DefectProblem,
}
_MEDIA = {"metrics": "text/plain", "docs_page": "text/html", "docs_file": "text/plain"}
_DESCRIPTION = """\
The HTTP door of the conversation CRM. Ids are UUIDs, times RFC 3339 in UTC. Errors are problem
documents (RFC 9457) whose `code` is stable. Lists are paged by opaque cursors. A record that the caller may
not see does not exist: 404, the same as for an id that was never issued.
"""


def openapi_page(operations: Iterable[Operation]) -> Answer:
    """The document as a finished answer."""
    return Answer(200, orjson.dumps(openapi_document(operations)), [JSON_TYPE])


def openapi_document(operations: Iterable[Operation]) -> dict[str, Any]:
    plugin = MarshmallowPlugin(schema_name_resolver=_name_of)
    spec = APISpec(
        "Conversation CRM", "1", openapi_version="3.1.0", plugins=[plugin], info={"description": _DESCRIPTION}
    )
    converter = plugin.converter
    if converter is None:
        raise RuntimeError("apispec did not set its plugin up")
    converter.add_attribute_function(_own_json_schema)  # type: ignore[no-untyped-call]
    spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer"})
    spec.components.security_scheme("api_key", {"type": "apiKey", "in": "header", "name": "X-Api-Key"})
    for operation in operations:
        described = _described(operation, converter)
        spec.path(path=operation.path, operations={operation.method.lower(): described})
    return spec.to_dict()


def _described(operation: Operation, converter: Any) -> dict[str, Any]:
    allowed = POLICY[operation.name]
    described: dict[str, Any] = {
        "operationId": operation.name,
        "tags": [operation.tag],
        "summary": operation.summary,
        "parameters": [*path_parameters(operation.path), *_query(operation, converter), *_headers(operation)],
        "responses": _answers(operation) | _errors(operation),
        "security": [] if allowed is None else [{"bearer": []}, {"api_key": []}],
    }
    roles = "" if allowed is None else f"Roles: {', '.join(sorted(allowed))}."
    if text := "\n\n".join(filter(None, (operation.description, roles))):
        described["description"] = text
    if content := _body(operation, converter):
        described["requestBody"] = {"required": True, "content": content}
    return described


def _body(operation: Operation, converter: Any) -> dict[str, Any]:
    if operation.upload is not None:
        return {MULTIPART: {"schema": _form(operation.upload, converter)}}
    if operation.body is None:
        return {kind: {"schema": schema} for kind, schema in operation.body_documents.items()}
    return {kind: {"schema": operation.body} for kind in operation.content_types}


def _form(upload: Upload, converter: Any) -> dict[str, Any]:
    """A file, and simple fields as their schema says."""
    beside = converter.schema2jsonschema(upload.fields) if upload.fields else {}
    size = f"The file, with its name; at most {upload.most_bytes:,} bytes"
    file = {"type": "string", "format": "binary", "description": size}
    return {
        "type": "object",
        "required": ["file", *beside.get("required", [])],
        "properties": {"file": file, **beside.get("properties", {})},
        "additionalProperties": False,
    }


def _query(operation: Operation, converter: Any) -> list[dict[str, Any]]:
    if operation.query is None:
        return []
    found: list[dict[str, Any]] = converter.schema2parameters(type(operation.query), location="query")
    return found


def _headers(operation: Operation) -> list[dict[str, Any]]:
    found = []
    if operation.if_match is not IfMatch.IGNORED:
        required = operation.if_match is IfMatch.REQUIRED
        found.append(_header("If-Match", 'The version that you saw, such as "3", or *', required=required))
    if operation.zoned:
        found.append(_header("Time-Zone", "An IANA name: where bare dates begin and end. Else the company's"))
    if operation.resumable:
        found.append(_header("Last-Event-ID", "The `id` after which to go on, as it was received"))
    if operation.idempotent:
        found.append(_header("Idempotency-Key", "Makes repeating this request safe for 24 hours"))
    return found


def _header(name: str, description: str, *, required: bool = False) -> dict[str, Any]:
    schema = {"type": "string", "minLength": 1, "maxLength": 255}
    if name == "If-Match":
        schema["pattern"] = '^(\\*|"[!#-~]{0,64}")$'
    return {"name": name, "in": "header", "required": required, "description": description, "schema": schema}


def _answers(operation: Operation) -> dict[str, Any]:
    return {str(status): _answer(operation, status, schema) for status, schema in operation.answers.items()}


def _answer(operation: Operation, status: int, schema: type[Schema] | None) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": _WORDS.get(status, "Done"), "headers": _answer_headers(status)}
    if operation.files:
        answer["headers"] |= _FILE_HEADERS
        answer["content"] = {kind: {"schema": _BYTES} for kind in operation.files}
    elif schema is not None:
        answer["content"] = {"application/json": {"schema": schema}}
    elif operation.events:
        answer["description"] = _words_of_stream(operation)
        # No schema can say "a text of lines": some tools read it as that of a single event.
        answer["content"] = {"text/event-stream": {"schema": {}}}
    elif operation.name == "openapi_document":
        answer["content"] = {"application/json": {"schema": {"type": "object"}}}
    elif operation.name in _MEDIA:
        answer["content"] = {_MEDIA[operation.name]: {"schema": {"type": "string"}}}
    return answer


def _words_of_stream(operation: Operation) -> str:
    kinds = [f"`{kind}`: {data}" for kind, data in operation.events.items()]
    kinds.append("`problem`: why the stream cannot go on, a problem document as in other answers")
    return "\n- ".join(["Server-sent events; the data of each is one line of JSON", *kinds])


_BYTES: dict[str, Any] = {}  # no schema says "the bytes of a file" in a way that all tools understand
_FILE_HEADERS = {
    "Content-Disposition": {"description": "The name of the file", "schema": {"type": "string"}},
    "Content-Length": {"description": "Its size in bytes", "schema": {"type": "integer"}},
}
_WORDS = {200: "The answer", 201: "Made", 202: "Accepted", 204: "Done", 308: "Merged into another record"}


def _answer_headers(status: int) -> dict[str, Any]:
    text = {"schema": {"type": "string"}}
    headers = {"X-Request-Id": {"description": "Quote it when you ask about this request", **text}}
    if status in (201, 308):
        headers["Location"] = {"description": "Where it is", **text}
    return headers


def _errors(operation: Operation) -> dict[str, Any]:
    statuses = _usual_errors(operation) | set(operation.errors)
    return {str(status): _error(operation, status) for status in sorted(statuses - set(operation.answers))}


def _usual_errors(operation: Operation) -> set[int]:
    """What follows from what the operation is, so that no route has to say it."""
    allowed, found = POLICY[operation.name], {500, 503}
    found |= {401, 403} if allowed is not None else set()
    found |= {404} if "{" in operation.path or allowed is not None else set()
    found |= {422} if operation.query or operation.is_write else set()
    found |= {422} if operation.method == "GET" else set()
    found |= {304} if operation.method == "GET" and not (operation.events or operation.files) else set()
    found |= {408, 413, 415} if operation.is_write else set()
    found |= {504} if operation.is_write and allowed is not None else set()
    found |= {409} if operation.idempotent else set()
    found |= {412} if operation.if_match is not IfMatch.IGNORED else set()
    found |= {428} if operation.if_match is IfMatch.REQUIRED else set()
    return found


def _error(operation: Operation, status: int) -> dict[str, Any]:
    if status == 304:
        return {"description": "You have this version already"}
    words = [TITLE[status], operation.errors.get(status, "")]
    answer: dict[str, Any] = {
        "description": ". ".join(filter(None, words)),
        "content": {_PROBLEM: {"schema": _PROBLEM_SCHEMAS.get(status, common.Problem)}},
    }
    if status in (429, 503):
        answer["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds"}}
    return answer


def _own_json_schema(converter: Any, field: fields.Field[Any], **_: Any) -> dict[str, Any]:
    """What our own fields say of themselves."""
    if isinstance(field, ListOrChange):
        whole = converter.field2property(field.whole)
        change = converter.resolve_nested_schema(field.parts)
        return {"anyOf": [whole, change]}
    return dict(getattr(field, "json_schema", {}))


def _name_of(schema: Any) -> str:
    kind = schema if isinstance(schema, type) else type(schema)
    return kind.__name__
