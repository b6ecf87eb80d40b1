"""CloudEvents that connectors bring over HTTP: what they must look like, and who may bring which. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import fastjsonschema

from gateway.accounts.rules import folded, within_source
from servicekit.clock import parse_rfc3339
from servicekit.errors import Forbidden, Invalid
from servicekit.events.handlers import Validator, compile_schema, pointer_of

SINGLE: Final = "application/cloudevents+json"
BATCH: Final = "application/cloudevents-batch+json"
LARGEST_BATCH: Final = 1000
# What the service that records them promises to understand: generated there, published as data.
_SCHEMAS: Final = Path(__file__).parents[1] / "contracts" / "customers" / "schemas"
_MAY_NAME_A_TEAM: Final = ("conversation", "appointment", "purchase")
_ATTRIBUTE: Final = {"type": "string", "minLength": 1, "maxLength": 255}

ENVELOPE: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["specversion", "id", "source", "type", "data"],
    "properties": {
        "specversion": {"type": "string", "enum": ["1.0"]},
        "id": _ATTRIBUTE,
        "source": {"type": "string", "pattern": r"^/[^\s]*$", "minLength": 1, "maxLength": 255},
        "type": {"type": "string", "pattern": r"^[a-z][a-z0-9_.]*\.v[0-9]+$", "maxLength": 100},
        "time": {"type": "string", "format": "date-time"},
        "subject": _ATTRIBUTE,
        "datacontenttype": {"type": "string", "enum": ["application/json"]},
        "data": {"type": "object"},
    },
}
BODY: Final = {
    SINGLE: ENVELOPE,
    BATCH: {"type": "array", "items": ENVELOPE, "minItems": 1, "maxItems": LARGEST_BATCH},
    "application/json": {
        "anyOf": [ENVELOPE, {"type": "array", "items": ENVELOPE, "maxItems": LARGEST_BATCH}]
    },
}

Event = dict[str, Any]
Fault = dict[str, str]


def read_events(kind: str, body: Any) -> tuple[list[Event], bool]:
    """The events of a body, and whether it was a batch; or Invalid with what is wrong with each."""
    batch = isinstance(body, list)
    if (kind == BATCH and not batch) or (kind == SINGLE and batch):
        raise Invalid.at("", "invalid_type", f"{kind} is {'a list' if kind == BATCH else 'one event'}.")
    events = body if batch else [body]
    if not 0 < len(events) <= LARGEST_BATCH:
        raise Invalid.at("", "invalid_length", f"A batch has 1 to {LARGEST_BATCH} events.")
    faults = [
        fault for index, event in enumerate(events) for fault in _faults(event, f"/{index}" if batch else "")
    ]
    if faults:
        raise Invalid("invalid", {"errors": faults[:100]})
    return events, batch


def check_sources(events: list[Event], prefix: str | None, *, batch: bool) -> None:
    """Raises Forbidden unless each source is under a connector's prefix; None may write any."""
    if prefix is None:
        return
    outside = [index for index, event in enumerate(events) if not within_source(prefix, event["source"])]
    if outside:
        raise Forbidden(
            "source_not_allowed", {"errors": [_outside(index, "source", batch) for index in outside]}
        )


def check_teams(events: list[Event], teams: Mapping[str, str], *, batch: bool) -> None:
    """Raises Forbidden unless the teams that events name are the connector's: `teams` are name by id."""
    mine = set(teams) | {folded(name) for name in teams.values()}
    outside = [
        _outside(index, f"data/{about}/team", batch)
        for index, event in enumerate(events)
        for about, named in _teams_of(event["data"])
        if folded(named) not in mine
    ]
    if outside:
        raise Forbidden("team_not_allowed", {"errors": outside})


def _outside(index: int, where: str, batch: bool) -> Fault:
    pointer = f"/{index}/{where}" if batch else f"/{where}"
    return {"pointer": pointer, "code": "not_allowed", "detail": "This key may not write for it."}


def _teams_of(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for about in _MAY_NAME_A_TEAM:
        told = data.get(about)
        team = told.get("team") if isinstance(told, dict) else None
        if isinstance(team, str):
            yield about, team


def _faults(event: Any, at: str) -> Iterator[Fault]:
    try:
        _validator()(event)
        if "time" in event:
            parse_rfc3339(event["time"])
    except fastjsonschema.JsonSchemaValueException as refused:
        pointer = "".join(f"/{part}" for part in refused.path[1:])
        yield _refused(at + pointer, refused)
    except (ValueError, OverflowError):
        yield {"pointer": f"{at}/time", "code": "invalid_format", "detail": "not an RFC 3339 date-time"}
    else:
        yield from _data_faults(event, at)


def _data_faults(event: Event, at: str) -> Iterator[Fault]:
    """Of a type that is known here. Another is taken: a newer service may know it."""
    validator = _data_validators().get(event["type"])
    try:
        if validator is not None:
            validator(event["data"])
    except fastjsonschema.JsonSchemaValueException as refused:
        yield _refused(at + pointer_of(refused), refused)


def _refused(pointer: str, refused: fastjsonschema.JsonSchemaValueException) -> Fault:
    # The message quotes the value only for enumerations of ours.
    detail = refused.message.removeprefix("data.").removeprefix("data ")
    return {"pointer": pointer, "code": f"invalid_{refused.rule}", "detail": detail}


@cache
def _validator() -> Any:
    """Compiled: marshmallow takes 0.2 ms an event, this some microseconds."""
    return fastjsonschema.compile(ENVELOPE, use_formats=False)


@cache
def _data_validators() -> dict[str, Validator]:
    return {
        path.stem: compile_schema(json.loads(path.read_text("utf-8"))) for path in _SCHEMAS.glob("*.json")
    }
