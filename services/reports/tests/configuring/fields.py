"""The fields of a company that sells in Brazil and Germany."""

from __future__ import annotations

from typing import Any

from servicekit.errors import Invalid
from services.reports.configuring.domain.known import Known, Option
from services.reports.configuring.domain.model import Configuration
from services.reports.configuring.domain.reading import read

GOLD, SILVER = Option("o-1", "Gold"), Option("o-2", "Silver")
VIP = Option("t-1", "VIP")
REASON, PLAN, TAGS = "custom.reason", "custom.plan", "tags"

FIELDS = {
    known.field: known
    for known in (
        Known(REASON, "Reason", "text"),
        Known(PLAN, "Plan", "select", options=(GOLD, SILVER)),
        Known(TAGS, "Tags", "tags", several=True, options=(VIP,)),
        Known("status", "Status", "status"),
        Known("channel", "Channel", "channel"),
        Known("created_at", "Registered", "datetime"),
        Known("custom.birthday", "Birthday", "date"),
        Known("custom.value", "Value", "number"),
        Known("custom.paid", "Paid", "boolean"),
    )
}


def configured(*groupings: Any, **rest: Any) -> Configuration:
    return read({"groupings": list(groupings), **rest}, FIELDS)


def faults(data: Any) -> set[tuple[str, str]]:
    """Where something is wrong, and what."""
    try:
        read(data, FIELDS)
    except Invalid as error:
        pointers = (
            (each["pointer"].removeprefix("/configuration"), each) for each in error.payload["errors"]
        )
        return {(pointer, each["code"]) for pointer, each in pointers}
    return set()
