"""One event, read by the same code as in the service, and what there is to say about it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

from identity import InvalidContact, normalise
from servicekit.events import Event, subscribe
from servicekit.events.cloudevent import CONTENT_TYPE, MAX_BODY
from servicekit.events.delivery import Delivery
from servicekit.events.handlers import routes_of
from servicekit.events.reading import Reason, read
from services.customers.check_events.findings import Finding
from services.customers.check_events.pieces import Piece
from services.customers.history.domain import heard
from services.customers.history.domain.clock import TOLERANCE
from services.customers.history.domain.contact import NotAPerson, read_name
from services.customers.history.domain.heard import Heard
from services.customers.history.schemas import SCHEMAS
from services.customers.outreach.schemas import SCHEMAS as REPLIES

_PLATFORMS: Final = ("instagram", "facebook", "telegram", "external")
_LONGEST_KEY: Final = 255
_SOURCE: Final = re.compile(r"/\S*")
# Where an event may say when something happened; the start of an appointment may lie ahead.
_MOMENTS: Final = (("conversation", "started_at"), ("message", "at"), ("purchase", "at"))


@subscribe(*SCHEMAS, *REPLIES, schema={**SCHEMAS, **REPLIES})
class _Everything:
    """Stands for the service's handlers: what is asked of it is only which schema a type has."""

    def fetch(self, events: list[Event]) -> None: ...

    def apply(self, uow: Any, events: list[Event], fetched: None) -> None: ...


_ROUTES: Final = routes_of([_Everything()])


class Checker:
    """Reads events as of `now`; numbers without country code are at home in `region`."""

    def __init__(self, *, now: datetime, region: str) -> None:
        self._now, self._region = now, region

    def check(self, piece: Piece) -> tuple[Event | None, Heard | None, list[Finding]]:
        """The event, if it is one; what the service hears in it, if it has an effect; what is to be said."""
        if piece.size > MAX_BODY:
            return None, None, [Finding(piece.line, "too_large", "", f"more than {MAX_BODY} bytes")]
        # Without an exchange no routing key is compared: in a file there is none.
        item = read(Delivery(piece.body, "", "", content_type=CONTENT_TYPE), _ROUTES)
        if item.parked is not None:
            return item.event, None, [_parked(piece.line, item.parked)]
        assert item.event is not None
        findings = list(_about_envelope(piece.line, item.event, self._now))
        if item.event.type not in SCHEMAS:
            if item.route is None:
                findings.append(Finding(piece.line, "unknown_type", "/type", "nobody reads this type", False))
            return item.event, None, findings
        told, more = self._hear(piece.line, item.event)
        return item.event, told, findings + more

    def _hear(self, line: int, event: Event) -> tuple[Heard | None, list[Finding]]:
        findings = list(self._about_identities(line, event.data))
        findings += _about_name(line, event.data)
        try:
            told = heard.read(
                event.type,
                event.data,
                event=event.key,
                at=event.time,
                received=self._now,
                default_region=self._region,
            )
        except NotAPerson:
            return None, findings
        except (ValueError, OverflowError):
            return None, [Finding(line, "invalid_time", "/data", "a time in it is in no calendar"), *findings]
        return told, findings + list(_about_moments(line, event.data, self._now))

    def _about_identities(self, line: int, data: Mapping[str, Any]) -> Iterator[Finding]:
        for index, each in enumerate(_identities(data)):
            pointer, scope = f"/data/contact/identities/{index}/value", each.get("scope") or ""
            try:
                point = normalise(
                    each["kind"], each["value"], scope=scope, default_region=self._region, lenient=True
                )
            except InvalidContact as error:
                code = "not_a_person" if error.code == "not_a_person" else "unusable_identity"
                yield Finding(line, code, pointer, error.detail, False)
            else:
                if not scope and point.identity.space.partition(":")[0] in (*_PLATFORMS, "whatsapp"):
                    yield Finding(line, "no_scope", pointer, "a platform's id without scope", False)


def _parked(line: int, reason: Reason) -> Finding:
    pointer, separator, words = reason.detail.partition(": ")
    if not separator or not pointer.startswith("/"):
        pointer, words = "", reason.detail
    return Finding(line, reason.code, pointer, words)


def _about_envelope(line: int, event: Event, now: datetime) -> Iterator[Finding]:
    if len(event.type.encode()) > _LONGEST_KEY:
        yield Finding(line, "routing_key", "/type", "longer than 255 bytes")
    if not _SOURCE.fullmatch(event.source):
        yield Finding(line, "source_form", "/source", "not a path", False)
    if event.time is None:
        yield Finding(line, "no_time", "/time", "missing", False)
    elif event.time > now + TOLERANCE:
        yield Finding(line, "clock_ahead", "/time", "in the future", False)


def _about_name(line: int, data: Mapping[str, Any]) -> Iterator[Finding]:
    name = (data.get("contact") or {}).get("name")
    if name and read_name(name) is None:
        yield Finding(line, "no_name", "/data/contact/name", "not a name", False)


def _about_moments(line: int, data: Mapping[str, Any], now: datetime) -> Iterator[Finding]:
    for thing, name in _MOMENTS:
        said, ahead = (data.get(thing) or {}).get(name), False
        # Of a time that this type of event has no use for, nobody asks whether it is in a calendar.
        with suppress(ValueError, OverflowError):
            ahead = bool(said) and datetime.fromisoformat(said) > now + TOLERANCE
        if ahead:
            yield Finding(line, "clock_ahead", f"/data/{thing}/{name}", "in the future", False)


def _identities(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    return (data.get("contact") or {}).get("identities") or []
