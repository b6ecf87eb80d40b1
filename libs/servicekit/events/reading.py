"""From a delivery to what shall become of it: an event for its handler, nothing, or a parked message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import fastjsonschema

from servicekit.events.cloudevent import CONTENT_TYPE, MAX_BODY, Event, NotAnEvent, decode
from servicekit.events.delivery import Delivery
from servicekit.events.handlers import Route, Routes, pointer_of

_MAX_DETAIL: Final = 500
_PLAIN_ENCODINGS: Final = frozenset({"", "utf-8", "utf8", "binary", "identity"})


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a message is parked. `code` is stable; `detail` is for people and quotes no content."""

    code: str
    detail: str
    attempts: int = 1
    our_fault: bool = False  # our code failed on it without knowing why; what senders did wrong is known


@dataclass(slots=True)
class Item:
    """One delivery and its fate. With neither route nor reason it is nobody's and ignored."""

    delivery: Delivery
    event: Event | None = None
    route: Route | None = None
    parked: Reason | None = None


def read(delivery: Delivery, routes: Routes) -> Item:
    """Never raises: whatever is wrong with a message is a reason to park it."""
    item = Item(delivery)
    try:
        _check_envelope(delivery)
        item.event = decode(delivery.body, exchange=delivery.exchange)
        _check_routing_key(delivery, item.event)
        item.route = routes.find(item.event.type)
        if routes.knows_other_version(item.event.type):
            raise NotAnEvent("unknown_version", "this version of the type is not known here")
        if item.route is not None and not delivery.dead:
            _check_schema(item.event, item.route)
    except NotAnEvent as error:
        item.parked = Reason(error.code, error.detail[:_MAX_DETAIL])
    except Exception as error:  # the edge: no message, whatever is in it, may stop those behind it
        item.parked = Reason("unreadable", type(error).__name__, our_fault=True)
    if delivery.dead:
        item.parked = _died(delivery)
    return item


def _died(delivery: Delivery) -> Reason:
    return Reason(
        "delivery_limit", "handed out too often without an answer", attempts=delivery.times_delivered + 1
    )


def _check_envelope(delivery: Delivery) -> None:
    if len(delivery.body) > MAX_BODY:
        raise NotAnEvent("too_large", f"more than {MAX_BODY} bytes")
    content_type = (delivery.content_type or "").partition(";")[0].strip().lower()
    if content_type != CONTENT_TYPE:
        raise NotAnEvent("content_type", f"must be {CONTENT_TYPE}")
    if (delivery.content_encoding or "").lower() not in _PLAIN_ENCODINGS or "compression" in delivery.headers:
        raise NotAnEvent("content_encoding", "must be plain UTF-8, not compressed")


def _check_routing_key(delivery: Delivery, event: Event) -> None:
    # The broker's permissions are about routing keys: a body must not claim to be something else.
    if delivery.exchange and delivery.routing_key != event.type:
        raise NotAnEvent("routing_key", "/type: must be the routing key")


def _check_schema(event: Event, route: Route) -> None:
    if route.validator is None:
        return
    try:
        route.validator(event.data)
    except fastjsonschema.JsonSchemaValueException as error:
        raise NotAnEvent("schema", f"{pointer_of(error)}: {error.rule}") from None
