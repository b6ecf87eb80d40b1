"""The HTTP door of one running system, byte by byte: what is sent, and what comes back."""

from __future__ import annotations

import base64
import io
import json
import time
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote, urlencode

import httpx

_METHODS = frozenset({"get", "post", "put", "patch", "delete"})
# The clock of the server, not an answer of the product.
_NOT_OURS = frozenset({"date"})


@dataclass(frozen=True)
class Operation:
    """One method of one path, as the OpenAPI document of the system names it."""

    name: str
    method: str
    path: str
    document: Mapping[str, Any] = field(repr=False, compare=False)


@dataclass(frozen=True)
class Request:
    """One request. `raw` goes out instead of `body` as it is; `query` may be a string for the same reason.

    `seconds` is how long to listen to an answer that does not end.
    """

    operation: str
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, Any] | str = field(default_factory=dict)
    body: Any = None
    raw: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float | None = None

    def but(self, **changes: Any) -> Request:
        return replace(self, **changes)

    @property
    def content(self) -> bytes | None:
        if self.raw is not None:
            return self.raw
        return None if self.body is None else json.dumps(self.body, ensure_ascii=False).encode()


@dataclass(frozen=True)
class Answer:
    """What came back, without the date."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body) if self.body else {}

    def header(self, name: str) -> str | None:
        return next((value for known, value in self.headers if known == name), None)

    @property
    def next_cursor(self) -> str | None:
        """Of a list that has another page."""
        is_json = self.header("content-type") == "application/json"
        found = self.json() if self.status == 200 and is_json else None
        page = found.get("page") if isinstance(found, dict) else None
        return page["next"] if page else None

    def text(self) -> str:
        """Everything a caller could read in it: headers, body, and what opaque cursors hold."""
        shown = [f"{name}: {value}" for name, value in self.headers]
        body = "\n".join(part.decode("utf-8", "replace") for part in self._parts())
        if self.header("content-type") in ("application/json", "application/problem+json"):
            body = json.dumps(self.json(), ensure_ascii=False)
        return "\n".join([str(self.status), *shown, body, opened(self.next_cursor) or ""])

    def _parts(self) -> list[bytes]:
        """The body, or what is packed in it: a workbook is an archive."""
        if not self.body.startswith(b"PK\x03\x04"):
            return [self.body]
        with zipfile.ZipFile(io.BytesIO(self.body)) as archive:
            return [archive.read(name) for name in archive.namelist()]


# A request of a caller by name, as its answer.
Send = Callable[[Request, str], Answer]


class Door:
    """Sends requests to one system. Threads may share it."""

    def __init__(self, url: str) -> None:
        headers = {"Accept-Encoding": "identity"}
        self.http = httpx.Client(base_url=url, timeout=30, headers=headers, trust_env=False, verify=False)
        document = self.http.get("/v1/openapi.json").raise_for_status().json()
        self.document: Mapping[str, Any] = document
        self.operations = operations_of(document)

    def __enter__(self) -> Door:
        return self

    def __exit__(self, *exc: object) -> None:
        self.http.close()

    def send(self, request: Request, token: str | None = None, *, request_id: str | None = None) -> Answer:
        operation = self.operations[request.operation]
        headers = {"X-Request-Id": request_id} if request_id else {}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        content = request.content
        if content is not None:
            headers["Content-Type"] = "application/json"
        url, headers = target(operation, request), {**headers, **request.headers}
        with self.http.stream(operation.method, url, content=content, headers=headers) as answer:
            body = answer.read() if request.seconds is None else _begun(answer, request.seconds)
        kept = [(n, v) for n, v in answer.headers.multi_items() if n not in _NOT_OURS]
        return Answer(answer.status_code, tuple(sorted(kept)), body)


def _begun(answer: httpx.Response, seconds: float) -> bytes:
    """What came of it by then, or until it was quiet for as long, or over."""
    body, until = b"", time.monotonic() + seconds
    answer.request.extensions["timeout"]["read"] = seconds
    try:
        for part in answer.iter_bytes():
            body += part
            if time.monotonic() > until:
                break
    except httpx.ReadTimeout:
        pass
    return body


def operations_of(document: Mapping[str, Any]) -> dict[str, Operation]:
    """Every operation of an OpenAPI document, by its id."""
    return {
        described["operationId"]: Operation(described["operationId"], method.upper(), path, described)
        for path, item in document["paths"].items()
        for method, described in item.items()
        if method in _METHODS
    }


def target(operation: Operation, request: Request) -> str:
    """Path and query as they are sent."""
    path = operation.path
    for name, value in request.path.items():
        path = path.replace("{" + name + "}", quote(value, safe=""))
    assert "{" not in path, f"{request.operation} needs more path parameters: {path}"
    query = request.query if isinstance(request.query, str) else urlencode(request.query)
    return f"{path}?{query}" if query else path


def opened(cursor: str | None) -> str | None:
    """What an opaque cursor says inside, as far as it is base64."""
    try:
        return cursor and base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode(
            "utf-8", "replace"
        )
    except ValueError:
        return cursor
