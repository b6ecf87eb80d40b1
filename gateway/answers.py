"""What a route answers, and how it goes out. Bodies are built by the routes, not dumped by schemas."""

from __future__ import annotations

import gzip
from typing import Any

import orjson
from starlette.types import Send

from gateway.conditional import etag, is_not_modified

JSON_TYPE = (b"content-type", b"application/json")
_NO_STORE = (b"cache-control", b"no-store")
_GZIP_FROM = 1500  # below one packet compression saves nothing
_GZIP_LEVEL = 4
_OF_THE_WHOLE = ("total", "capped", "warnings", "missing")


class Answer:
    """A status, a finished body, and headers besides the usual ones."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
        self.status, self.body, self.headers = status, body, headers


def json_answer(content: Any, *, status: int = 200, headers: dict[bytes, bytes] | None = None) -> Answer:
    """JSON that is never stored by caches: what a caller may see changes without notice."""
    more = list(headers.items()) if headers else []
    return Answer(status, orjson.dumps(content), [JSON_TYPE, _NO_STORE, *more])


def resource_answer(
    resource: dict[str, Any],
    if_none_match: bytes | None = None,
    *,
    status: int = 200,
    headers: dict[bytes, bytes] | None = None,
) -> Answer:
    """A resource with its ETag; 304 when the caller has this version."""
    version = resource["version"]
    tagged = {b"etag": etag(version)} | (headers or {})
    if status == 200 and is_not_modified(if_none_match, version):
        return Answer(304, b"", [_NO_STORE, *tagged.items()])
    return json_answer(resource, status=status, headers=tagged)


def created(resource: dict[str, Any], location: str) -> Answer:
    return resource_answer(resource, status=201, headers={b"location": location.encode()})


def written_answer(
    resource: dict[str, Any], *, replayed: bool = False, location: str | None = None
) -> Answer:
    """What a write made or changed: 201 with its `location` if it is new, marked if it was repeated."""
    answer = created(resource, location) if location else resource_answer(resource)
    return mark_replayed(answer) if replayed else answer


def page_answer(page: dict[str, Any]) -> Answer:
    """The envelope of every list: `{data, page: {next, has_more}}`, with what else is known of the whole."""
    following = page.get("next")
    content = {"data": page["data"], "page": {"next": following, "has_more": following is not None}}
    content |= {key: page[key] for key in _OF_THE_WHOLE if key in page}
    return json_answer(content)


def no_content() -> Answer:
    return Answer(204, b"", [_NO_STORE])


def moved(location: str) -> Answer:
    """308: the record was merged; what was asked for is now at `location`."""
    return Answer(308, b"", [(b"location", location.encode()), _NO_STORE])


def mark_replayed(answer: Answer) -> Answer:
    answer.headers.append((b"idempotent-replayed", b"true"))
    return answer


async def send_answer(
    send: Send, answer: Answer, *, request_id: bytes, accept_encoding: bytes, more: bool = False
) -> None:
    """Writes the answer, compressed if large and the caller accepts it. `more` leaves the exchange open."""
    body, headers = answer.body, answer.headers
    if len(body) >= _GZIP_FROM and b"gzip" in accept_encoding:
        body = gzip.compress(body, _GZIP_LEVEL, mtime=0)
        headers = [*headers, (b"content-encoding", b"gzip"), (b"vary", b"accept-encoding")]
    if answer.status not in (204, 304):
        headers = [*headers, (b"content-length", b"%d" % len(body))]
    headers = [*headers, (b"x-request-id", request_id), (b"x-content-type-options", b"nosniff")]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": more})
