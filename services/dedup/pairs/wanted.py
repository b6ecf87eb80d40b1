"""What a list of pairs is narrowed to. Raises Invalid for what it cannot be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from servicekit.errors import Invalid
from servicekit.inputs import whole
from services.dedup.domain.score import REASONS
from services.dedup.pairs.queries import Pair

MAX_LIMIT: Final = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """None: is not asked for."""

    limit: int
    min_score: int | None = None
    shared: bool | None = None
    reason: str | None = None
    customer: UUID | None = None

    @property
    def is_narrow(self) -> bool:
        """Whether many pairs may have to be met for one that is wanted."""
        return self.shared is not None or self.reason is not None

    def has(self, pair: Pair) -> bool:
        return (self.shared is None or pair.shared == self.shared) and (
            self.reason is None or any(each["code"] == self.reason for each in pair.reasons)
        )


def read_wanted(limit: Any, min_score: Any, shared: Any, reason: Any) -> Wanted:
    limit = whole(limit, "/limit", at_least=1, at_most=MAX_LIMIT)
    if min_score is not None:
        min_score = whole(min_score, "/min_score", at_least=0, at_most=100)
    if shared not in (None, True, False):
        raise Invalid.at("/shared", "invalid_boolean", "true or false is expected")
    if reason is not None and reason not in REASONS:
        raise Invalid.at("/reason", "unknown_reason", f"one of {', '.join(REASONS)} is expected")
    return Wanted(limit, min_score, shared, reason)
