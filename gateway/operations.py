"""What the API offers, as data: a route declares itself once; routing, checks and OpenAPI follow."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

from marshmallow import Schema

if TYPE_CHECKING:
    from gateway.answers import Answer
    from gateway.call import Call

Handler = Callable[["Call"], Awaitable["Answer"]]
JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"
MULTIPART = "multipart/form-data"


class IfMatch(Enum):
    """Whether a write may, or must, name the version that the caller saw."""

    IGNORED = "ignored"
    OPTIONAL = "optional"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True)
class Upload:
    """A body of multipart/form-data: one file in the field `file`, and simple fields beside it."""

    most_bytes: int = 100_000_000  # of the file
    fields: Schema | None = None
    folder: str = "uploads"  # in storage: whose it is, whoever takes the file over looks after it


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path. `name` is the handler's name, the OpenAPI operationId and the policy's key."""

    name: str
    method: str
    path: str
    tag: str
    handler: Handler
    answers: Mapping[int, type[Schema] | None]
    body: Schema | None = None
    reader: Callable[[str, Any], Any] | None = (
        None  # instead of `body`: content type and JSON in, checked value out
    )
    body_documents: Mapping[str, Any] = field(default_factory=dict)  # what OpenAPI says of such a body
    upload: Upload | None = None  # instead of `body`: the route reads it, when it is sure that it wants it
    content_types: tuple[str, ...] = (JSON,)
    most_values: int | None = None  # in a body that may hold more than others, since its schema reads fast
    query: Schema | None = None
    if_match: IfMatch = IfMatch.IGNORED
    idempotent: bool = False
    zoned: bool = False  # dates in it are meant in the zone of the Time-Zone header
    audited: bool = False  # on the audit trail whoever does it, not only if an administrator does
    events: Mapping[str, str] = field(default_factory=dict)  # of a stream: what the data of each kind is
    files: tuple[str, ...] = ()  # the answer is a file of one of these types
    resumable: bool = False  # a stream that goes on after the event that Last-Event-ID names
    errors: Mapping[int, str] = field(default_factory=dict)  # what the usual errors of a status do not say

    @property
    def is_write(self) -> bool:
        return self.method != "GET"

    @property
    def summary(self) -> str:
        return self._promise[0].strip().rstrip(".")

    @property
    def description(self) -> str:
        return "\n".join(line.strip() for line in self._promise[1:]).strip()

    @property
    def _promise(self) -> list[str]:
        return (self.handler.__doc__ or self.name).strip().splitlines()


@dataclass(slots=True)
class Routes:
    """The operations of one resource, collected by decorators in the order in which they are written."""

    tag: str
    operations: list[Operation] = field(default_factory=list)

    def get(self, path: str, **declared: Any) -> Callable[[Handler], Handler]:
        return self._declare("GET", path, declared)

    def post(self, path: str, **declared: Any) -> Callable[[Handler], Handler]:
        return self._declare("POST", path, {"idempotent": True} | declared)

    def patch(self, path: str, **declared: Any) -> Callable[[Handler], Handler]:
        usual = {"idempotent": True, "if_match": IfMatch.OPTIONAL, "content_types": (JSON, MERGE_PATCH)}
        return self._declare("PATCH", path, usual | declared)

    def put(self, path: str, **declared: Any) -> Callable[[Handler], Handler]:
        return self._declare("PUT", path, declared)

    def delete(self, path: str, **declared: Any) -> Callable[[Handler], Handler]:
        return self._declare("DELETE", path, {"if_match": IfMatch.OPTIONAL} | declared)

    def _declare(self, method: str, path: str, declared: dict[str, Any]) -> Callable[[Handler], Handler]:
        def register(handler: Handler) -> Handler:
            name = handler.__name__
            if "upload" in declared:
                declared["content_types"] = (MULTIPART,)
            self.operations.append(Operation(name, method, path, self.tag, handler, **declared))
            return handler

        return register
