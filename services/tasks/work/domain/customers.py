"""What became of customers, as told by events that come in any order and more than once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

DELETED, LIVE, PURGED = "deleted", "live", "purged"
_STATES: Final = {"deleted": DELETED, "restored": LIVE, "purged": PURGED}


@dataclass(frozen=True, slots=True)
class Fate:
    """One customer as of one revision, with all records that it is made of."""

    customer_id: UUID
    revision: int
    state: str
    members: tuple[UUID, ...]


def read_fates(entries: Iterable[Mapping[str, Any]]) -> list[Fate]:
    """Of the entries of customers.changed.v1 those that matter here. Raises what a malformed one leads to."""
    return [_fate(entry) for entry in entries if entry.get("kind") in _STATES]


def latest(fates: Iterable[Fate]) -> list[Fate]:
    """One of each customer, in the order of their ids: of a batch only the last word counts.

    Nothing comes after a purge.
    """
    last: dict[UUID, Fate] = {}
    for fate in fates:
        known = last.get(fate.customer_id)
        if known is None or _rank(known) < _rank(fate):
            last[fate.customer_id] = fate
    return [last[customer_id] for customer_id in sorted(last)]


def _rank(fate: Fate) -> tuple[bool, int]:
    return fate.state == PURGED, fate.revision


def _fate(entry: Mapping[str, Any]) -> Fate:
    customer_id, revision = UUID(entry["id"]), entry["revision"]
    if type(revision) is not int or not 0 <= revision < 2**63:
        raise ValueError("a revision is a whole number")
    members = {customer_id, *map(UUID, entry.get("members") or ())}
    return Fate(customer_id, revision, _STATES[entry["kind"]], tuple(sorted(members)))
