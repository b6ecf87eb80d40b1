"""What is known of somebody that tells whether they are somebody else: a name and addresses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple

from identity import InvalidContact, normalise
from services.dedup.domain.emails import Email, read_email
from services.dedup.domain.names import Name, read_name
from services.dedup.domain.phones import digits_of_line

EMAIL: Final = "email"
LINE: Final = "line"
_TYPED: Final = ("email", "phone", "whatsapp")
# Of somebody with more addresses the first are looked at: nobody has so many, only a placeholder record.
_MAX_POINTS: Final = 40


class Point(NamedTuple):
    """One address: the space in which it is unique (line, email, <kind>:<scope>) and its value there."""

    space: str
    value: str


@dataclass(frozen=True)
class Facts:
    """What a comparison needs of one customer. Everything derived is computed once."""

    name: str
    points: tuple[Point, ...]

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> Facts:
        return cls(data["name"], tuple(Point(space, value) for space, value in data["points"]))

    def dump(self) -> dict[str, Any]:
        return {"name": self.name, "points": [[point.space, point.value] for point in self.points]}

    @cached_property
    def identities(self) -> frozenset[Point]:
        return frozenset(self.points)

    @cached_property
    def read_name(self) -> Name:
        return read_name(self.name)

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """International digits, without lines behind an extension: of those a company has many alike."""
        found = (digits_of_line(point.value) for point in self.points if point.space == LINE)
        return tuple(digits for digits in found if digits)

    @cached_property
    def emails(self) -> tuple[Email, ...]:
        return tuple(read_email(point.value) for point in self.points if point.space == EMAIL)


def facts_of(description: Mapping[str, Any]) -> Facts:
    """Of a customer as the customers service describes it for matching."""
    points = ((point["space"], point["identity"]) for point in description["points"])
    return Facts(description["name"], _unique(points))


def facts_of_typed(data: Mapping[str, Any], *, default_region: str = "BR") -> Facts:
    """Of what somebody has typed so far: an address that is none yet is left out."""
    points = []
    for kind in _TYPED:
        text = data.get(kind)
        if isinstance(text, str) and text.strip():
            points += _typed(kind, text, default_region)
    name = data.get("name")
    return Facts(name.strip() if isinstance(name, str) else "", _unique(points))


def _typed(kind: str, text: str, region: str) -> list[tuple[str, str]]:
    try:
        identity = normalise(kind, text, default_region=region).identity
    except InvalidContact:
        return []
    return [(identity.space, identity.value)]


def _unique(points: Iterable[tuple[str, str]]) -> tuple[Point, ...]:
    """In an order of their own, so that equal facts are equal bytes."""
    return tuple(Point(space, value) for space, value in sorted(set(points))[:_MAX_POINTS])
