"""How likely somebody is meant who has none of the typed addresses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from services.dedup.domain.facts import Facts
from services.dedup.domain.score import SIMILAR_NAME, compare, compare_names

# While typing, a name alone is worth showing, unlike among those who are there already: who types it knows
# more than we do. It counts for less than a name with any clue.
_SIMILAR: Final = 80
_ALONE: Final = 0.6


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who has something in common with what was typed."""

    id: UUID
    facts: Facts


@dataclass(frozen=True, slots=True)
class Likely:
    """`score` of a hundred, and why, strongest reason first."""

    id: UUID
    score: int
    reasons: list[dict[str, Any]]


def in_order(found: Iterable[Likely]) -> list[Likely]:
    """The likeliest first."""
    return sorted(found, key=lambda each: (-each.score, each.id))


def likely_one(typed: Facts, candidate: Candidate) -> Likely | None:
    """None for somebody who is probably not meant."""
    likeness = compare(typed, candidate.facts) if typed.points else None
    if likeness is not None:
        # Who holds a typed address is told by the customers service, which knows it as of now.
        return None if likeness.shared else Likely(candidate.id, likeness.score, likeness.reasons)
    similar = compare_names(typed.name, candidate.facts.name)
    if similar < _SIMILAR:
        return None
    return Likely(candidate.id, round(_ALONE * similar), [{"code": SIMILAR_NAME, "score": similar}])
