"""The one table that turns errors into HTTP answers (RFC 9457). Routes raise; nobody else knows statuses.

The eight errors of the services keep their codes and payloads. Whatever is not in the table
is a defect: 500 with a reference to the log line and nothing else.
"""

from __future__ import annotations

from typing import Any

import orjson

from gateway.answers import Answer
from gateway.conditional import etag
from servicekit.errors import (
    Conflict,
    Duplicate,
    Forbidden,
    Invalid,
    NotFound,
    ServiceError,
    Stale,
    TooLarge,
    Unavailable,
)

STATUS: dict[type[ServiceError], int] = {
    NotFound: 404,
    Invalid: 422,
    Duplicate: 409,
    Conflict: 409,
    Stale: 412,
    Forbidden: 403,
    TooLarge: 413,
    Unavailable: 503,
}
# Codes that HTTP has a better word for than their class.
STATUS_OF_CODE = {
    "duplicate_budget_exhausted": 429,
    "too_many_attempts": 429,
    "outcome_unknown": 504,
}
TITLE = {
    400: "The request is not HTTP that we understand",
    401: "Who are you? No valid token came with the request",
    403: "Your role may not do this",
    404: "There is no such thing, or not for you",
    405: "This address does not offer this method",
    408: "The request took too long to arrive",
    409: "This does not fit the present state",
    412: "Somebody changed it meanwhile",
    413: "The request is too large",
    415: "This content type is not understood here",
    422: "Something in the request is wrong",
    428: "Say which version you saw: send If-Match",
    429: "Too many attempts; wait a little",
    500: "Something broke on our side",
    503: "This cannot be done right now",
    504: "No answer in time: it is unknown whether it was done",
}
TITLE_OF_CODE = {
    "duplicate_customer": "This customer already exists",
    "last_administrator": "Somebody has to stay an administrator",
    "team_in_use": "The team still has customers or notes",
    "filter_exists": "You have a saved filter of this name",
    "tag_exists": "Another tag has this name",
    "option_exists": "Another option has this label",
    "not_the_author": "Only whoever wrote it, or an administrator, may do this",
    "limited_task": "You see no more of this task than that you have to do it",
    "customer_deleted": "This customer was deleted",
    "customer_blocked": "This customer is blocked",
    "no_address": "The customer has no address that this channel reaches",
    "too_many_requests": "Too many conversations were asked for that nobody answered yet",
    "merge_undone": "This merge was undone already",
    "decision_open": "Somebody decides about a row of it just now",
    "undo_expired": "This is too long ago to be undone",
    "mapping_needed": "Say first which column means what",
    "check_first": "What was checked is something else, or nothing: check it first",
    "still_working": "It is still at work: wait for the end of that",
    "already_started": "It was started already",
    "import_is_over": "This import is over",
    "not_finished": "This import has not come to its end",
    "not_undoable": "There is nothing here to undo",
    "mapping_exists": "You have a mapping of this name",
    "imports_forbidden": "You may not import customers",
    "exports_forbidden": "You may not export customers",
    "contact_data_hidden": "Contact data is hidden from you",
    "export_not_ready": "The file is not ready yet",
    "import_not_yours_any_more": "You may see less now than this import shows",
    "export_not_yours_any_more": "You may see less now than this file holds",
    "too_many_uploads": "Too many files are coming in at this moment",
    "too_many_downloads": "Too many files are going out at this moment",
    "storage_unavailable": "Files cannot be reached at this moment",
    "already_decided": "Somebody has decided it already",
    "request_in_progress": "The same request is still running",
    "idempotency_key_reused": "This Idempotency-Key belongs to another request",
}
PROBLEM_TYPE = (b"content-type", b"application/problem+json")
_RESERVED = frozenset({"type", "title", "status", "detail", "instance", "code", "request_id", "retry_after"})
_RETRY_AFTER = {429: 60, 503: 1, 504: 1}


class HttpProblem(Exception):
    """A refusal that only HTTP knows: no token, wrong method, wrong content type."""

    def __init__(
        self, status: int, code: str, detail: str, headers: dict[bytes, bytes] | None = None
    ) -> None:
        super().__init__(status, code, detail)
        self.status, self.code, self.detail = status, code, detail
        self.headers = headers or {}


def unauthenticated() -> HttpProblem:
    """One answer for no token, a wrong, an expired and a revoked one."""
    return HttpProblem(401, "unauthenticated", TITLE[401] + ".", {b"www-authenticate": b"Bearer"})


def status_of(error: ServiceError) -> int:
    return STATUS_OF_CODE.get(error.code) or next(
        (status for kind, status in STATUS.items() if isinstance(error, kind)), 500
    )


def service_problem(error: ServiceError, *, instance: str, request_id: str) -> Answer:
    """One of the eight, as it came from a service or from the gateway itself."""
    status, payload = status_of(error), error.payload
    if status == 404:
        return hidden_or_missing(instance=instance, request_id=request_id)
    headers = {}
    if status in _RETRY_AFTER:
        headers[b"retry-after"] = b"%d" % max(1, round(payload.get("retry_after") or _RETRY_AFTER[status]))
    current = payload.get("current")
    if isinstance(current, dict) and "version" in current:
        headers[b"etag"] = etag(current["version"])
    members = {key: value for key, value in payload.items() if key not in _RESERVED}
    detail = str(payload.get("detail") or TITLE_OF_CODE.get(error.code, TITLE[status]) + ".")
    return problem(
        status, error.code, detail, instance=instance, request_id=request_id, headers=headers, members=members
    )


def http_problem(error: HttpProblem, *, instance: str, request_id: str) -> Answer:
    return problem(
        error.status,
        error.code,
        error.detail,
        instance=instance,
        request_id=request_id,
        headers=error.headers,
    )


def hidden_or_missing(*, instance: str, request_id: str) -> Answer:
    """The same bytes for what never existed and for what is hidden: no code or payload passes."""
    return problem(404, "not_found", TITLE[404] + ".", instance=instance, request_id=request_id)


def method_not_allowed(allowed: list[str], *, instance: str, request_id: str) -> Answer:
    headers = {b"allow": ", ".join(allowed).encode()}
    return problem(
        405, "method_not_allowed", TITLE[405] + ".", instance=instance, request_id=request_id, headers=headers
    )


def timed_out(*, write: bool, instance: str, request_id: str) -> Answer:
    """No answer within the deadline: a question may be asked again, a write has an unknown outcome."""
    code = "outcome_unknown" if write else "timed_out"
    return service_problem(Unavailable(code), instance=instance, request_id=request_id)


def defect(reference: str, *, instance: str, request_id: str) -> Answer:
    """A bug, ours or a service's: the caller gets the reference, the log has the rest."""
    return problem(
        500,
        "internal_error",
        TITLE[500] + ".",
        instance=instance,
        request_id=request_id,
        members={"reference": reference},
    )


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    instance: str,
    request_id: str,
    headers: dict[bytes, bytes] | None = None,
    members: dict[str, Any] | None = None,
) -> Answer:
    document: dict[str, Any] = {
        "type": "/problems/" + code.replace("_", "-"),
        "title": TITLE_OF_CODE.get(code, TITLE.get(status, "Refused")),
        "status": status,
        "detail": detail,
        "instance": instance,
        "code": code,
        "request_id": request_id,
    }
    fixed = [PROBLEM_TYPE, (b"cache-control", b"no-store")]
    return Answer(status, orjson.dumps(document | (members or {})), [*fixed, *(headers or {}).items()])
