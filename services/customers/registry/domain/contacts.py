"""The rules of contact points: one primary of each kind, always; the oldest is promoted when it goes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from identity import Identity

Points = tuple["Point", ...]
Address = tuple[str, Identity]  # kind and identity: what makes two points one


@dataclass(frozen=True, slots=True)
class Point:
    """One way to reach a customer. Points of one kind and identity are one point, however written."""

    id: UUID
    kind: str
    value: str
    raw: str
    identity: Identity
    created_at: datetime
    scope: str = ""
    label: str | None = None
    primary: bool = False

    @property
    def address(self) -> Address:
        return self.kind, self.identity


def primary(points: Points, kind: str) -> Point | None:
    """The primary point of that kind."""
    return next((p for p in points if p.kind == kind and p.primary), None)


def find(points: Points, address: Address) -> Point | None:
    return next((p for p in points if p.address == address), None)


def identities(points: Iterable[Point]) -> frozenset[Identity]:
    """What a customer with these points holds: a phone and a WhatsApp of one line are one identity."""
    return frozenset(p.identity for p in points)


def add(points: Points, new: Point) -> Points:
    """With `new`, which becomes the primary if it says so or is the first of its kind; the old one stays.

    A point that is there already keeps its id, spelling and, unless a new one is given, its label.
    """
    known = find(points, new.address)
    if known is None:
        return settled((*points, new), chosen=[new] if new.primary else [])
    kept = replace(known, label=new.label if new.label is not None else known.label)
    return settled(_swap(points, known, kept), chosen=[kept] if new.primary else [])


def correct_primary(points: Points, new: Point) -> Points:
    """A typing error corrected: `new` takes the place of the primary of its kind, which goes."""
    old = primary(points, new.kind)
    known = find(points, new.address)
    if old is None or (known is not None and known.id != old.id):
        rest = tuple(p for p in points if old is None or p.id != old.id)
        return add(rest, replace(new, primary=True))
    raw = old.raw if new.value == old.value else new.raw
    corrected = replace(old, value=new.value, raw=raw, identity=new.identity, scope=new.scope)
    return _swap(points, old, corrected)


def remove(points: Points, ids: Iterable[UUID]) -> Points:
    """Without these; the oldest of the kind becomes primary where the primary went."""
    gone = frozenset(ids)
    return settled(tuple(p for p in points if p.id not in gone))


def remove_primary(points: Points, kind: str) -> Points:
    old = primary(points, kind)
    return points if old is None else remove(points, [old.id])


def replace_all(points: Points, wanted: Sequence[Point]) -> Points:
    """Exactly `wanted`. One that is there already, by id or by address, keeps its id and age."""
    kept: Points = ()
    named = frozenset(p.id for p in wanted)
    for new in wanted:
        point = _continued(points, new, named)
        if find(kept, point.address) is None and all(p.id != point.id for p in kept):
            kept = (*kept, point)
    chosen = [p for p in kept if p.primary]
    fallback = [p for p in kept if _was_primary(points, p)]
    return settled(kept, chosen=[*fallback, *chosen])


def _continued(points: Points, new: Point, named: frozenset[UUID]) -> Point:
    known = next((p for p in points if p.id == new.id and p.kind == new.kind), None)
    if known is None:
        known = find(points, new.address)
        if known is None or known.id in named:  # that one is to become another address
            return new
    raw = known.raw if known.value == new.value else new.raw
    return replace(new, id=known.id, created_at=known.created_at, raw=raw)


def _was_primary(points: Points, point: Point) -> bool:
    return any(p.id == point.id and p.primary for p in points)


def settled(points: Points, *, chosen: Sequence[Point] = ()) -> Points:
    """With exactly one primary of each kind: the last chosen, else the present one, else the oldest."""
    winners: dict[str, UUID] = {}
    for point in sorted(points, key=lambda p: (not p.primary, p.created_at, p.id)):
        winners.setdefault(point.kind, point.id)
    winners |= {p.kind: p.id for p in chosen}
    return tuple(
        p if p.primary is (winners[p.kind] == p.id) else replace(p, primary=not p.primary) for p in points
    )


def _swap(points: Points, old: Point, new: Point) -> Points:
    return tuple(new if p.id == old.id else p for p in points)
