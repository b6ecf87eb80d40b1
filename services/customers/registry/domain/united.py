"""The contact points of a customer that several records are merged into: what it shows of them, and what a
change of what it shows means for each record.

A merge moves nothing, so every record keeps its points, with a primary one of each kind. The customer shows
each address once: by the point that is named the primary one (`customer.primary_ids`), else by its own
record's, else by the oldest. Of each kind one is the primary: the one named, else its own record's, else the
oldest primary one of the others.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple
from uuid import UUID

from identity import Identity
from services.customers.registry.domain import contacts
from services.customers.registry.domain.contacts import Point, Points


class Entry(NamedTuple):
    """What decides about one point. `own`: of the surviving record itself; `primary`: of its record."""

    id: Hashable
    kind: str
    identity: Hashable
    own: bool
    primary: bool


def united(entries: Sequence[Entry], named: Mapping[str, Hashable]) -> list[tuple[int, bool]]:
    """Of points, oldest first: the positions of those that are shown, and whether as the primary one."""
    shown: dict[tuple[str, Hashable], int] = {}
    first: dict[str, Hashable] = {}
    for n in sorted(
        range(len(entries)), key=lambda n: (not _is_named(entries[n], named), not entries[n].own)
    ):
        shown.setdefault((entries[n].kind, entries[n].identity), n)
    for n in sorted(range(len(entries)), key=lambda n: _precedence(entries[n], named)):
        first.setdefault(entries[n].kind, entries[n].identity)
    return [(n, first[entries[n].kind] == entries[n].identity) for n in sorted(shown.values())]


def _is_named(entry: Entry, named: Mapping[str, Hashable]) -> bool:
    return named.get(entry.kind) == entry.id


def _precedence(entry: Entry, named: Mapping[str, Hashable]) -> tuple[bool, bool, bool]:
    return not _is_named(entry, named), not entry.primary, not entry.own


@dataclass(frozen=True, slots=True)
class Reached:
    """The points of a customer, by the record that holds them, and by kind which one is named the primary."""

    root: UUID
    records: Mapping[UUID, Points]
    named: Mapping[str, UUID] = field(default_factory=dict)

    @property
    def shown(self) -> Points:
        """Oldest first."""
        points = _oldest_first(self.records.items())
        if self.records.keys() <= {self.root} and not self.named:
            return tuple(point for _, point in points)
        entries = [Entry(p.id, p.kind, p.identity, record == self.root, p.primary) for record, p in points]
        return tuple(replace(points[n][1], primary=first) for n, first in united(entries, self.named))

    @property
    def held(self) -> frozenset[tuple[Identity, UUID]]:
        """Which record holds which identity."""
        return frozenset((p.identity, record) for record, points in self.records.items() for p in points)

    def showing(self, points: Points, *, new_of: Mapping[UUID, UUID] | None = None) -> Reached:
        """Changed so that these are shown. `new_of`: the record of a new point; if not said, it belongs to
        whom its identity is of already (a phone that now is a WhatsApp, too), else to the survivor itself.

        An address that went goes from every record, and one that was corrected is corrected in all: who is
        taken apart again has what was known of them to the end. No identity comes to a second record so.
        """
        if self.records.keys() | set((new_of or {}).values()) <= {self.root}:
            return Reached(self.root, {self.root: points})
        known = {p.address: p.id for p in self.shown}
        wanted = {p.id: p for p in points}
        records = self._without_second_ones(
            {r: _changed(several, known, wanted) for r, several in self.records.items()}, wanted.keys()
        )
        taken = self.held | Reached(self.root, records).held
        for point in points:
            if point.id not in known.values():
                record = (new_of or {}).get(point.id) or self._whose(point.identity, among=taken)
                records[record] = (*records.get(record, ()), replace(point, primary=False))
        settled = {record: contacts.settled(several) for record, several in records.items()}
        return _with_primaries(Reached(self.root, settled, self.named), points)

    def _whose(self, identity: Identity, *, among: Collection[tuple[Identity, UUID]]) -> UUID:
        """Its record: the survivor itself if several have it, or none."""
        ranked = [self.root, *(record for record, _ in _oldest_first(self.records.items()))]
        return next((record for record in ranked if (identity, record) in among), self.root)

    def _without_second_ones(
        self, records: Mapping[UUID, Points], shown: Collection[UUID]
    ) -> dict[UUID, Points]:
        """`records` after corrections: what became an identity that another record had and keeps is that
        one's from now on. Of two that became one address the one that is shown stays."""
        staying = self.held & Reached(self.root, records).held
        kept = [identity for identity, _ in staying]
        placed: dict[UUID, dict[contacts.Address, Point]] = {record: {} for record in records}
        points = [(record, point) for record, several in records.items() for point in several]
        for record, point in sorted(points, key=lambda each: each[1].id not in shown):
            place = record
            if point.identity in kept and (point.identity, record) not in self.held:
                place, point = self._whose(point.identity, among=staying), replace(point, primary=False)
            placed[place].setdefault(point.address, point)
        return {
            record: tuple(sorted(of.values(), key=lambda p: (p.created_at, p.id)))
            for record, of in placed.items()
        }


def _changed(points: Points, known: Mapping[contacts.Address, UUID], wanted: Mapping[UUID, Point]) -> Points:
    """Of one record, after what is shown for its points became what is wanted."""
    kept: dict[contacts.Address, Point] = {}
    # What stands for others gives way to none of them.
    for point in sorted(points, key=lambda p: known[p.address] != p.id):
        new = wanted.get(known[point.address])
        if new is None:
            continue
        if new.id == point.id:
            changed = replace(new, primary=point.primary)
        elif new.address != point.address:
            changed = replace(point, value=new.value, raw=new.raw, identity=new.identity, scope=new.scope)
        else:
            changed = point
        kept.setdefault(changed.address, changed)
    return tuple(kept.values())


def _with_primaries(reached: Reached, points: Points) -> Reached:
    """The primaries are those of `points`: by the flag of the survivor's own point, or by name."""
    by_default = {p.kind: p.id for p in replace(reached, named={}).shown if p.primary}
    own = {p.id: p for p in reached.records.get(reached.root, ())}
    named, chosen = dict[str, UUID](), list[Point]()
    for point in points:
        if not point.primary:
            continue
        if reached.named.get(point.kind) == point.id:
            named[point.kind] = point.id
        elif by_default[point.kind] == point.id:
            continue
        elif point.id in own:
            chosen.append(own[point.id])
        else:
            named[point.kind] = point.id
    records = {**reached.records, reached.root: contacts.settled(tuple(own.values()), chosen=chosen)}
    return Reached(reached.root, {record: several for record, several in records.items() if several}, named)


def _oldest_first(records: Iterable[tuple[UUID, Points]]) -> list[tuple[UUID, Point]]:
    points = [(record, point) for record, several in records for point in several]
    return sorted(points, key=lambda each: (each[1].created_at, each[1].id))
