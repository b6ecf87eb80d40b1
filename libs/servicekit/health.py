"""/livez, /readyz and /metrics of a service process, and the registry of what readiness means.

A check is a function that returns None when all is well, else the reason in a few words; it may also raise.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any

import orjson
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

log = logging.getLogger(__name__)

Check = Callable[[], str | None]
_checks: dict[str, Check] = {}


def register(name: str, check: Check) -> None:
    """Adds a condition for readiness; the same name again replaces it."""
    _checks[name] = check


def unregister(name: str) -> None:
    """Takes a condition away, known or not."""
    _checks.pop(name, None)


def problems() -> dict[str, str]:
    """What keeps this process from being ready, by check. Empty when it is ready."""
    reasons = {name: _ask(check) for name, check in list(_checks.items())}
    return {name: reason for name, reason in reasons.items() if reason is not None}


def _ask(check: Check) -> str | None:
    try:
        return check()
    except Exception as error:
        return type(error).__name__


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """WSGI. Being answered at all proves that the event loop turns."""
    status, content_type, body = _ANSWERS.get(environ.get("PATH_INFO", ""), _not_found)()
    start_response(status, [("Content-Type", content_type), ("Content-Length", str(len(body)))])
    return [body]


def _live() -> tuple[str, str, bytes]:
    return "200 OK", "application/json", b'{"alive":true}'


def _ready() -> tuple[str, str, bytes]:
    found = problems()
    status = "503 Service Unavailable" if found else "200 OK"
    return status, "application/json", orjson.dumps({"ready": not found, "problems": found})


def _metrics() -> tuple[str, str, bytes]:
    return "200 OK", CONTENT_TYPE_LATEST, generate_latest()


def _not_found() -> tuple[str, str, bytes]:
    return "404 Not Found", "text/plain", b"not found"


_ANSWERS = {"/livez": _live, "/readyz": _ready, "/metrics": _metrics}
