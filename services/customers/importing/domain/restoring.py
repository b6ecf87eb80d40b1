"""An import undone, customer by customer: what is still as the import left it goes back, the rest is kept."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final
from uuid import UUID

from services.customers.fields.domain.definitions import Definitions
from services.customers.importing.domain.effects import CUSTOM, PLAIN, Effect
from services.customers.merging.domain import folded
from services.customers.registry.domain import contacts
from services.customers.registry.domain.customer import Customer
from services.customers.registry.domain.united import Reached

CHANGED: Final = "changed_since"
MERGED: Final = "merged"


@dataclass(frozen=True, slots=True)
class Around:
    """What else decides: options as they are now, who sees a customer of which teams, what records that were
    merged into the customer have themselves, and which of the contact points belong to somebody else by now.
    """

    definitions: Definitions
    sees: Callable[[UUID, frozenset[UUID]], bool]
    teams: frozenset[UUID] = frozenset()
    tags: frozenset[int] = frozenset()
    elsewhere: Collection[UUID] = ()


@dataclass(frozen=True, slots=True)
class Restored:
    customer: Customer
    kept: Mapping[str, str] = field(default_factory=dict)  # by field, why


def restored(customer: Customer, effects: Sequence[Effect], around: Around) -> Restored:
    """`effects` of the import on this customer, in the order in which they were: undone from the last on."""
    state = _State(customer, around)
    for effect in reversed(effects):
        state.undo(effect)
    state.look_after(before=customer)
    return Restored(state.customer, state.kept)


class _State:
    """The customer on the way back."""

    def __init__(self, customer: Customer, around: Around) -> None:
        self.customer, self._around = customer, around
        self.kept: dict[str, str] = {}

    def undo(self, effect: Effect) -> None:
        self._fields(effect.get("fields", {}))
        for key, (before, after) in effect.get("options", {}).items():
            self._options(key, before, after)
        self._tags(effect.get("tags", ()))
        self._teams(frozenset(map(UUID, effect.get("teams", ()))))
        if "points" in effect or "primary" in effect:
            self._points(effect.get("points", ()), effect.get("primary", {}))

    def look_after(self, *, before: Customer) -> None:
        """Who is put back sees the customer, or nobody is; who was chosen since sees it as before."""
        assignee, teams, sees = self.customer.assignee_id, self.customer.team_ids, self._around.sees
        if assignee is None or sees(assignee, teams):
            return
        if assignee != before.assignee_id:
            self.customer = replace(self.customer, assignee_id=None)
            self._keep("assignee", CHANGED)
            return
        needed = {team for team in before.team_ids - teams if sees(assignee, frozenset({team}))}
        if needed:
            self.customer = replace(self.customer, team_ids=teams | needed)
            self._keep("teams", CHANGED)

    def _fields(self, changed: Mapping[str, Sequence[Any]]) -> None:
        for name, (before, after) in changed.items():
            if name == "name_source":
                continue
            if _value(self.customer, name) != after:
                self._keep(name, CHANGED)
                continue
            self.customer = _with_value(self.customer, name, before)
            if name == "name" and "name_source" in changed:
                self.customer = replace(self.customer, name_source=changed["name_source"][0])

    def _options(self, key: str, before: Sequence[int], after: Sequence[int]) -> None:
        known = self._around.definitions.by_key[key]
        held = known.numbers.intersection(self.customer.option_ids)
        if self._meaning(held) != self._meaning(after):
            self._keep(CUSTOM + key, CHANGED)
            return
        others = set(self.customer.option_ids) - held
        self.customer = replace(self.customer, option_ids=tuple(sorted(others.union(before))))

    def _meaning(self, numbers: Collection[int]) -> frozenset[int]:
        known = self._around.definitions.by_option
        return frozenset(known[n][1].number if n in known else n for n in numbers)

    def _tags(self, numbers: Collection[int]) -> None:
        """One that was joined to another since may be one that the customer had before."""
        added = {tag.id for tag in self.customer.tags if tag.id in numbers}
        shared = self._around.tags.intersection(numbers)
        if shared:
            self._keep("tags", MERGED)
        left = tuple(tag for tag in self.customer.tags if tag.id not in added - shared)
        came = folded.with_tags(self.customer.folded, shared) if shared else self.customer.folded
        self.customer = replace(self.customer, tags=left, folded=came)

    def _teams(self, teams: frozenset[UUID]) -> None:
        shared = teams & self._around.teams & self.customer.team_ids
        if shared:
            self._keep("teams", MERGED)
        came = folded.with_teams(self.customer.folded, shared) if shared else self.customer.folded
        left = self.customer.team_ids - (teams - shared)
        self.customer = replace(self.customer, team_ids=left, folded=came)

    def _points(self, added: Sequence[Sequence[str]], primary: Mapping[str, Sequence[str]]) -> None:
        reached = self.customer.reached
        assert reached is not None, "it was read with its contact points"
        chosen = {p.kind: str(p.id) for p in self.customer.points if p.primary}
        gone = {UUID(id_) for id_, *identity in added if self._is_as_added(reached, UUID(id_), identity)}
        reached = _without(reached, gone)
        points = reached.shown
        staying = {id_ for id_, *_ in added} - set(map(str, gone))
        back = {
            before
            for kind, (before, after) in primary.items()
            if chosen.get(kind) == after and after not in staying
        }
        first = [point for point in points if str(point.id) in back]
        if first:
            points = contacts.settled(points, chosen=first)
        reached = reached.showing(points)
        self.customer = replace(self.customer, points=reached.shown, reached=reached)

    def _is_as_added(self, reached: Reached, id_: UUID, identity: Sequence[str]) -> bool:
        found = next((p for several in reached.records.values() for p in several if p.id == id_), None)
        if found is None:
            if id_ in self._around.elsewhere:
                self._keep("contact_points", MERGED)
            return False
        if [found.identity.space, found.identity.value] != list(identity):
            self._keep("contact_points", CHANGED)
            return False
        return True

    def _keep(self, name: str, why: str) -> None:
        self.kept.setdefault(name, why)


def _value(customer: Customer, name: str) -> Any:
    if name.startswith(CUSTOM):
        return customer.custom.get(name.removeprefix(CUSTOM))
    return PLAIN[name](customer)


def _with_value(customer: Customer, name: str, value: Any) -> Customer:
    if name.startswith(CUSTOM):
        key = name.removeprefix(CUSTOM)
        custom = {k: v for k, v in {**customer.custom, key: value}.items() if v is not None}
        return replace(customer, custom=custom)
    if name == "assignee":
        return replace(customer, assignee_id=None if value is None else UUID(value))
    if name == "name":
        return replace(customer, name=value)
    return replace(customer, status=value) if name == "status" else replace(customer, channel=value)


def _without(reached: Reached, gone: Collection[UUID]) -> Reached:
    """Each point goes from its own record alone: another one may have the same address."""
    if not gone:
        return reached
    records = {
        record: contacts.settled(tuple(p for p in several if p.id not in gone))
        for record, several in reached.records.items()
    }
    named = {kind: id_ for kind, id_ in reached.named.items() if id_ not in gone}
    return Reached(reached.root, {r: several for r, several in records.items() if several}, named)
