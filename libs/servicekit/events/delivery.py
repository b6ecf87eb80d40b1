"""A message as the broker handed it over, before anybody has looked inside."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any, Final

# Replays travel through the default exchange; these keep where the message came from in the first place.
FROM_EXCHANGE: Final = "x-parked-exchange"
FROM_ROUTING_KEY: Final = "x-parked-routing-key"
_MAX_HEADER: Final = 1_000


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message. `exchange` and `routing_key` are those it was first published with."""

    body: bytes
    exchange: str
    routing_key: str
    content_type: str | None = None
    content_encoding: str | None = None
    message_id: str | None = None
    headers: dict[str, Any] = field(default_factory=dict)
    times_delivered: int = 0  # before this one; every lost connection and every stop counts
    dead: bool = False  # from the dead-letter queue
    tag: int = 0
    link: object = None  # the connection it came by: an acknowledgement on another means nothing

    @property
    def alone(self) -> bool:
        """Whether it may be what killed the process before: then nobody else shall die with it."""
        return self.times_delivered >= 2

    @property
    def fallback_key(self) -> str:
        """Names the message if no event can be read from it."""
        if self.message_id:
            return f"message {self.message_id}"[:_MAX_HEADER]
        return f"sha256 {hashlib.sha256(self.body).hexdigest()}"


def read_delivery(message: Any, *, dead: bool, link: object) -> Delivery:
    """From py-amqp's message. Takes anything: properties are whatever the sender made of them."""
    properties, info = message.properties, message.delivery_info
    headers = properties.get("application_headers")
    headers = headers if isinstance(headers, dict) else {}
    exchange, routing_key = _origin(headers, info)
    return Delivery(
        body=bytes(message.body or b""),  # py-amqp has a str for an empty one
        exchange=exchange,
        routing_key=routing_key,
        content_type=_text(properties.get("content_type")),
        content_encoding=_text(properties.get("content_encoding")),
        message_id=_text(properties.get("message_id")),
        headers=plain_headers(headers),
        times_delivered=_count(headers.get("x-delivery-count")),
        dead=dead,
        tag=int(info["delivery_tag"]),
        link=link,
    )


def plain_headers(headers: dict[str, Any]) -> dict[str, Any]:
    """What of the headers fits into JSON and into PostgreSQL; the broker's own bookkeeping is left out."""
    kept = {}
    for name, value in headers.items():
        if isinstance(value, (str, int, bool)) and not str(name).startswith(
            ("x-delivery", "x-death", "x-first")
        ):
            kept[_clean(str(name))] = _clean(value) if isinstance(value, str) else value
    return dict(list(kept.items())[:50])


def _origin(headers: dict[str, Any], info: dict[str, Any]) -> tuple[str, str]:
    exchange = _clean(str(info.get("exchange") or ""))
    routing_key = _clean(str(info.get("routing_key") or ""))
    if exchange:
        return exchange, routing_key
    deaths = headers.get("x-death")
    last = deaths[0] if isinstance(deaths, list) and deaths and isinstance(deaths[0], dict) else {}
    keys = last.get("routing-keys")
    if last.get("exchange"):
        key = str(keys[0]) if isinstance(keys, list) and keys else routing_key
        return _clean(str(last["exchange"])), _clean(key)
    if isinstance(headers.get(FROM_EXCHANGE), str):
        return _clean(headers[FROM_EXCHANGE]), _clean(str(headers.get(FROM_ROUTING_KEY, routing_key)))
    return exchange, routing_key


def _text(value: Any) -> str | None:
    return _clean(value) if isinstance(value, str) else None


def _clean(text: str) -> str:
    """Storable: no NUL, no lone surrogate, not longer than an index entry may be."""
    return text.replace("\x00", "�").encode("utf-8", "replace").decode()[:_MAX_HEADER]


def _count(value: Any) -> int:
    return value if type(value) is int and value > 0 else 0
