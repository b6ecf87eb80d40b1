"""How likely somebody is meant who has none of the typed addresses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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


def by_clue(typed: Facts, candidate: Candidate) -> Likely | None:
    """None for somebody who is probably not meant.

    Nor for who holds a typed address: the customers service tells who does, and knows it as of now.
    """
    likeness = compare(typed, candidate.facts)
    if likeness is None or likeness.shared:
        return None
    return Likely(candidate.id, likeness.score, likeness.reasons)


def by_name(typed: str, names: Mapping[UUID, str]) -> Iterator[Likely]:
    """Those who are called almost so."""
    similar = {name: compare_names(typed, name) for name in set(names.values())}
    for customer_id, name in names.items():
        if similar[name] >= _SIMILAR:
            reason = {"code": SIMILAR_NAME, "score": similar[name]}
            yield Likely(customer_id, round(_ALONE * similar[name]), [reason])


def in_order(found: Iterable[Likely]) -> list[Likely]:
    """The likeliest first, each once."""
    best: dict[UUID, Likely] = {}
    for each in sorted(found, key=lambda each: (-each.score, each.id)):
        best.setdefault(each.id, each)
    return list(best.values())
