"""Who of a cluster becomes part of whom.

The primary is the customer of whom most is known, and of equals the oldest: what it shows stays, and the
others fill its gaps. Whoever was decided to be somebody else than one of a group is not put into it, however
they hang together, and a customer is never made of more than a hundred records.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

MAX_RECORDS: Final = 100
MAX_AT_ONCE: Final = 10  # customers in one merge, the primary among them
TOO_MANY_RECORDS: Final = "too_many_records"
NOT_ALIKE: Final = "not_alike"  # they share nothing any more
APART: Final = "decided_apart"

Identity = tuple[str, str]
Apart = Mapping[str, frozenset[str]]
_FIELDS: Final = ("email", "phone", "whatsapp", "assignee", "tags")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A customer as it is now. `identities` are those that count as evidence."""

    id: str
    version: int
    filled: int
    created_at: str
    records: frozenset[str]
    identities: frozenset[Identity]

    @property
    def rank(self) -> tuple[int, str, str]:
        """The least is the primary."""
        return -self.filled, self.created_at, self.id

    def without(self, useless: Collection[Identity]) -> Candidate:
        """The same, of whom these are no evidence."""
        return replace(self, identities=self.identities.difference(useless)) if useless else self


@dataclass(frozen=True, slots=True)
class Group:
    """Who becomes one customer, best first."""

    members: tuple[Candidate, ...]

    @property
    def primary(self) -> Candidate:
        return self.members[0]

    @property
    def duplicates(self) -> tuple[Candidate, ...]:
        return self.members[1:]

    @property
    def merges(self) -> int:
        """How many it takes."""
        return -(-len(self.duplicates) // (MAX_AT_ONCE - 1))


@dataclass(frozen=True, slots=True)
class Decision:
    """Each candidate is in one group, or has a reason why it is in none."""

    groups: list[Group] = field(default_factory=list)
    unchanged: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)


def filled_in(customer: Mapping[str, Any]) -> int:
    """How many of a customer's fields hold something: each custom field and each address counts."""
    custom: Mapping[str, Any] = customer.get("custom") or {}
    known = sum(1 for name in _FIELDS if customer.get(name))
    return known + sum(1 for value in custom.values() if value not in (None, [])) + len(_points(customer))


def decide(cluster: Iterable[Candidate], *, apart: Apart) -> Decision:
    """`apart` is what somebody decided: of a record those that are somebody else."""
    left, decision, full = sorted(cluster, key=lambda each: each.rank), Decision(), set[str]()
    while left:
        members = _grown_from(left[0], left[1:], apart, full)
        left = [each for each in left if each not in members]
        first = members[0]
        if len(members) > 1:
            decision.groups.append(Group(tuple(members)))
        elif first.id in full:
            decision.refused[first.id] = TOO_MANY_RECORDS
        else:
            decision.unchanged[first.id] = NOT_ALIKE if first.records.isdisjoint(apart) else APART
    return decision


def _grown_from(primary: Candidate, others: list[Candidate], apart: Apart, full: set[str]) -> list[Candidate]:
    """The primary and all who hang on it, best first; whom it has no room for is added to `full`."""
    members, identities, records = [primary], set(primary.identities), len(primary.records)
    waiting, grew = list(others), True
    while grew:
        grew = False
        for each in list(waiting):
            if not identities & each.identities or any(_is_apart(each, one, apart) for one in members):
                continue
            waiting.remove(each)
            if records + len(each.records) > MAX_RECORDS:
                full.add(each.id)
                continue
            members.append(each)
            identities |= each.identities
            records += len(each.records)
            grew = True
    return sorted(members, key=lambda each: each.rank)


def _is_apart(one: Candidate, other: Candidate, apart: Apart) -> bool:
    return any(not apart[each].isdisjoint(other.records) for each in one.records if each in apart)


def _points(customer: Mapping[str, Any]) -> list[Any]:
    return customer.get("contact_points") or []
