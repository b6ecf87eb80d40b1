"""Facts in their wire form: CloudEvents 1.0, structured JSON.

`Event` is what services write and read. Between services the type is the routing key and carries the
version: `customers.changed.v1`. Within a version only optional fields are ever added.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from servicekit import jsonio
from servicekit.clock import parse_rfc3339, to_rfc3339, utc_now
from servicekit.ids import new_id

CONTENT_TYPE: Final = "application/cloudevents+json"
DEFAULT_EXCHANGE: Final = "crm.events"
MAX_BODY: Final = 1024 * 1024
MAX_ATTRIBUTE: Final = 255
_VERSIONED: Final = re.compile(r"(?P<name>.+)\.v[0-9]+")


@dataclass(frozen=True, slots=True)
class Event:
    """One fact. A writer gives type and data; id, time and source are filled in when it is written."""

    type: str
    data: dict[str, Any]
    subject: str | None = None
    revision: int | None = None
    exchange: str = DEFAULT_EXCHANGE
    mandatory: bool = False
    routing_key: str | None = None  # the type, unless given
    id: str = ""
    source: str = ""
    time: datetime | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What makes it the same event when it arrives again."""
        return self.source, self.id


class NotAnEvent(Exception):
    """Bytes that are no event. `code` is stable, `detail` for people; neither quotes the content."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail


def completed(event: Event, *, source: str) -> Event:
    """The event with an id, a time and a source, where it has none yet."""
    return replace(
        event,
        id=event.id or str(new_id()),
        time=event.time or utc_now(),
        source=event.source or source,
    )


def encode(event: Event) -> bytes:
    """The body of the message. The event must be completed, its data plain JSON."""
    if event.time is None:
        raise ValueError("an event without a time is not completed")
    attributes = {
        "specversion": "1.0",
        "id": event.id,
        "source": event.source,
        "type": event.type,
        "time": to_rfc3339(event.time),
        "datacontenttype": "application/json",
        "subject": event.subject,
        "revision": event.revision,
    }
    return jsonio.dumps({**{k: v for k, v in attributes.items() if v is not None}, "data": event.data})


def decode(body: bytes, *, exchange: str = DEFAULT_EXCHANGE) -> Event:
    """The event in these bytes. Raises NotAnEvent, with a pointer in the detail where there is one."""
    try:
        message = jsonio.loads_strict(body)
    except jsonio.UnsafeJson as error:
        raise NotAnEvent(error.code, error.detail) from None
    if not isinstance(message, dict) or message.get("specversion") != "1.0":
        raise NotAnEvent("not_cloudevents", "/specversion: must be 1.0")
    for name in ("id", "source", "type"):
        _check_text(message, name, required=True)
    _check_text(message, "subject", required=False)
    return Event(
        type=message["type"],
        data=_data(message),
        subject=message.get("subject"),
        revision=_revision(message),
        exchange=exchange,
        id=message["id"],
        source=message["source"],
        time=_time(message),
    )


def name_without_version(event_type: str) -> str:
    """`conversation.started` of `conversation.started.v1`; a type without a version is its own name."""
    found = _VERSIONED.fullmatch(event_type)
    return found["name"] if found else event_type


def _check_text(message: dict[str, Any], name: str, *, required: bool) -> None:
    value = message.get(name)
    if value is None and not required:
        return
    if not isinstance(value, str) or not 0 < len(value) <= MAX_ATTRIBUTE:
        raise NotAnEvent("not_cloudevents", f"/{name}: must be text of 1 to {MAX_ATTRIBUTE} characters")


def _data(message: dict[str, Any]) -> dict[str, Any]:
    data = message.get("data")
    if not isinstance(data, dict):
        raise NotAnEvent("not_cloudevents", "/data: must be an object")
    return data


def _revision(message: dict[str, Any]) -> int | None:
    revision = message.get("revision")
    if revision is not None and (type(revision) is not int or not 0 <= revision < 2**63):
        raise NotAnEvent("not_cloudevents", "/revision: must be a whole number")
    return revision


def _time(message: dict[str, Any]) -> datetime | None:
    time = message.get("time")
    if time is None:
        return None
    try:
        return parse_rfc3339(time)
    except (TypeError, ValueError, OverflowError):
        raise NotAnEvent("not_cloudevents", "/time: must be an RFC 3339 date-time") from None
