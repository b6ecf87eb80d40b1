"""What is known of something that happened, as parts that each know when they were said.

Folding more of what was said into it is commutative, associative and idempotent: for each part the
latest wins, or the first. So events may come in any order and any number of times.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from servicekit.clock import parse_rfc3339
from services.customers.history.domain.clock import NEVER, time_of

# A part: its clock, and its value as plain JSON.
Part = tuple[str, Any]
Parts = Mapping[str, Part]

CONVERSATION: Final = "conversation"
APPOINTMENT: Final = "appointment"
PURCHASE: Final = "purchase"
CONTACT: Final = "contact"  # somebody said who a person is: never listed, kept for the name and its clock

# What a conversation, an appointment, a purchase is until somebody says otherwise.
UNTIL_TOLD: Final = {
    CONVERSATION: "open",
    APPOINTMENT: "scheduled",
    PURCHASE: "recorded",
    CONTACT: "identified",
}
CANCELLED: Final = "cancelled"

FIRST: Final = frozenset({"first", "start", "channel", "name"})
JOINED: Final = frozenset({"teams"})  # a list of all that were ever said
# Of all others the latest wins.


def fold(known: Parts, told: Parts) -> dict[str, Part]:
    """What is known after being told more."""
    result = dict(known)
    for name, part in told.items():
        there = result.get(name)
        if there is None or _wins(name, part, there):
            result[name] = part
        elif name in JOINED:
            result[name] = (there[0], sorted({*there[1], *part[1]}))
    return result


def beginning(parts: Parts) -> str:
    """The clock of its start, if somebody told of it, else of what was heard first."""
    return (parts.get("start") or parts["first"])[0]


def happens_at(parts: Parts) -> datetime:
    """When an appointment or a purchase is, as was said last; when a conversation began."""
    moment = value(parts, "at")
    return parse_rfc3339(moment) if moment else time_of(beginning(parts))


def last_message_at(parts: Parts) -> datetime | None:
    return time_of(parts["last"][0]) if "last" in parts else None


def value(parts: Parts, name: str) -> Any:
    return parts[name][1] if name in parts else None


def in_team(parts: Parts, team: str | None) -> Parts:
    """With `team` as its team for as long as nobody names one."""
    if team is None or "team" in parts:
        return parts
    return {**parts, "team": (NEVER, team), "teams": (NEVER, [team])}


def _wins(name: str, part: Part, there: Part) -> bool:
    if name in JOINED:
        return False
    # Equal clocks are one event told twice; the value decides only so that the answer never depends on order.
    ours, theirs = (part[0], str(part[1])), (there[0], str(there[1]))
    return ours < theirs if name in FIRST else ours > theirs
