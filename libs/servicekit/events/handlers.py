"""Handlers of events: what `@subscribe` marks, and the table that finds the one for a type."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import fastjsonschema

from servicekit.events.cloudevent import Event, name_without_version

Schema = Mapping[str, Any]
Validator = Callable[[Any], Any]


class Handler(Protocol):
    """Two plain functions. Both may run again for the same events, and must come to the same end."""

    def fetch(self, events: list[Event]) -> Any:
        """Without a transaction, so calls to others are allowed. May see events that `apply` will not."""

    def apply(self, uow: Any, events: list[Event], fetched: Any) -> None:
        """In one transaction with everything else of the batch. Only new events, in order of arrival.

        Handlers have their turns in the order in which the service names them, whichever event came first:
        so they lock in one order.

        Raises BadEvent to park one event and go on with the rest.
        """


class BadEvent(Exception):
    """This one event can never be handled. `code` is stable; `detail` is for people and quotes no content."""

    def __init__(self, event_id: str, code: str, detail: str = "") -> None:
        super().__init__(event_id, code, detail)
        self.event_id = event_id
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class _Subscription:
    types: tuple[str, ...]
    schemas: Mapping[str, Schema]


def subscribe(*types: str, schema: Mapping[str, Schema] | None = None) -> Callable[[type[Any]], type[Any]]:
    """Marks a handler class. `schema` has, by type, a JSON Schema of the event's `data`."""

    def mark(handler: type[Any]) -> type[Any]:
        unknown = set(schema or ()) - set(types)
        if unknown or not types:
            raise ValueError(
                f"{handler.__name__}: schemas for types it does not subscribe to: {sorted(unknown)}"
            )
        handler.subscription = _Subscription(types, schema or {})
        return handler

    return mark


@dataclass(frozen=True, slots=True)
class Route:
    """Where events of one type go; `place` is the handler's among those of the service."""

    handler: Handler
    validator: Validator | None
    place: int = 0


@dataclass(slots=True)
class Routes:
    """Each type has exactly one handler."""

    by_type: dict[str, Route] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    handlers: int = 0

    def add(self, handler: Handler) -> None:
        """Raises ValueError when a type of it is taken."""
        subscription: _Subscription = handler.subscription  # type: ignore[attr-defined]
        for event_type in subscription.types:
            if event_type in self.by_type:
                raise ValueError(f"{event_type} has two handlers")
            schema = subscription.schemas.get(event_type)
            self.by_type[event_type] = Route(
                handler, compile_schema(schema) if schema else None, self.handlers
            )
            self.names.add(name_without_version(event_type))
        self.handlers += 1

    def find(self, event_type: str) -> Route | None:
        """The route of this very type and version."""
        return self.by_type.get(event_type)

    def knows_other_version(self, event_type: str) -> bool:
        """Whether it is a version, unknown here, of a type that is handled."""
        return event_type not in self.by_type and name_without_version(event_type) in self.names


def routes_of(handlers: Iterable[Handler]) -> Routes:
    """The table for these handlers."""
    routes = Routes()
    for handler in handlers:
        routes.add(handler)
    return routes


def compile_schema(schema: Schema) -> Validator:
    """Raises fastjsonschema.JsonSchemaValueException; costs microseconds an event, marshmallow hundreds."""
    validator: Validator = fastjsonschema.compile(dict(schema), use_default=False)
    return validator


def pointer_of(error: fastjsonschema.JsonSchemaValueException) -> str:
    """The RFC 6901 pointer to what is wrong, from the event's root. Names, never values."""
    path = ["data", *map(str, error.path[1:])]
    if error.rule == "required" and isinstance(error.value, dict):
        path += [name for name in error.rule_definition if name not in error.value][:1]
    return "".join(f"/{name.replace('~', '~0').replace('/', '~1')}" for name in path)
