"""The eight errors that may cross the wire.

A service raises one of them with a stable `code` and one JSON-able `payload`; both travel
as the exception's only arguments, since attributes do not survive the bus. A service adds
codes, never classes. Whatever else escapes a method is a defect: the caller learns
only a reference to look up in the logs.
"""

from __future__ import annotations

from typing import Any


class ServiceError(Exception):
    """Base of the eight. `code` is stable and documented; `payload` is plain JSON without secrets."""

    def __init__(self, code: str, payload: dict[str, Any] | None = None) -> None:
        super().__init__(code, payload or {})

    @property
    def code(self) -> str:
        return str(self.args[0])

    @property
    def payload(self) -> dict[str, Any]:
        return dict(self.args[1])


class NotFound(ServiceError):
    """It does not exist, or the caller may not see it: the two are never told apart."""


class Invalid(ServiceError):
    """The input is wrong. `payload["errors"]` lists `{pointer, code, detail}` (RFC 6901 pointers)."""

    @classmethod
    def at(cls, pointer: str, code: str, detail: str) -> Invalid:
        """One wrong field."""
        return cls("invalid", {"errors": [{"pointer": pointer, "code": code, "detail": detail}]})


class Duplicate(ServiceError):
    """The write would make a second record of something that must be unique."""


class Conflict(ServiceError):
    """The write does not fit the present state."""


class Stale(ServiceError):
    """The caller saw an older version. `payload["current"]` is the resource as it is now, if visible."""


class Forbidden(ServiceError):
    """The caller's role may never do this, whatever it is done to."""


class TooLarge(ServiceError):
    """The input is over a documented limit."""


class Unavailable(ServiceError):
    """It cannot be done now; the same call may succeed later. `payload["retry_after"]` in seconds."""


WIRE_ERRORS: dict[str, type[ServiceError]] = {
    cls.__name__: cls
    for cls in (NotFound, Invalid, Duplicate, Conflict, Stale, Forbidden, TooLarge, Unavailable)
}
