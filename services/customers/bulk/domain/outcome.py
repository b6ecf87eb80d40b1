"""What one batch came to: of each customer that was asked about, exactly one of three things."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from servicekit.errors import Invalid

CHANGED: Final = "changed"
UNCHANGED: Final = "unchanged"
REFUSED: Final = "refused"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one customer was left as it is. Neither code nor detail depends on what the caller may not see."""

    customer_id: UUID
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """The three add up to the batch."""

    changed: int
    unchanged: int
    refused: Sequence[Refusal] = ()

    @property
    def done(self) -> int:
        return self.changed + self.unchanged + len(self.refused)

    def added_to(self, counts: Mapping[str, int]) -> dict[str, int]:
        """The counts of the job with those of this batch."""
        mine = {CHANGED: self.changed, UNCHANGED: self.unchanged, REFUSED: len(self.refused)}
        return {name: counts.get(name, 0) + count for name, count in mine.items()}


def not_found(customer_id: UUID) -> Refusal:
    """The same for a customer that never was, is gone, or is shown to others only."""
    return Refusal(customer_id, "not_found", "there is no such customer")


def refusal_of(customer_id: UUID, error: Invalid) -> Refusal:
    """What an edit of this one customer would have been told."""
    (first, *_) = error.payload["errors"]
    return Refusal(customer_id, first["code"], first["detail"])
