"""Which of the contact points of a customer's records is shown as the primary one of its kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Owned:
    """A contact point with the record that it came with; `primary` means: of that record."""

    id: UUID
    record: UUID
    root: UUID
    kind: str
    value: str
    primary: bool
    created_at: datetime


def primaries(points: Iterable[Owned], root: UUID, primary_ids: Mapping[str, str]) -> dict[str, Owned]:
    """Of each kind the one named in `primary_ids` if it is there, else the record's own, else the oldest."""
    best: dict[str, tuple[tuple[object, ...], Owned]] = {}
    for point in points:
        named = primary_ids.get(point.kind) == str(point.id)
        if not named and not point.primary:
            continue
        rank = (not named, point.record != root, point.created_at, point.id)
        if point.kind not in best or rank < best[point.kind][0]:
            best[point.kind] = rank, point
    return {kind: point for kind, (_, point) in best.items()}
