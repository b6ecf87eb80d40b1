"""Whose value each field gets when customers become one: the primary's, gaps filled from the newest other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from servicekit.problems import Problems, escaped
from services.customers.fields.domain.definitions import Definitions
from services.customers.merging.domain.asked import From, Literal, choosable
from services.customers.merging.domain.record import PRIMARY, Record
from services.customers.registry.domain.customer import PRIMARY_KINDS


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of the customers: what its row holds, and what of it people see, both by field."""

    record: Record
    held: Mapping[str, Any]
    shown: Mapping[str, Any]

    @property
    def id(self) -> UUID:
        return self.record.id

    def has(self, field: str) -> bool:
        """A name that nobody gave is none."""
        if field == "name":
            return self.record.name_source != "auto"
        return self.held.get(field) is not None


@dataclass(frozen=True, slots=True)
class Chosen:
    """A field's value for the survivor: `source` had it. `by_hand`: somebody said so."""

    field: str
    source: Candidate
    by_hand: bool = False

    @property
    def value(self) -> Any:
        held: Any = self.source.held.get(self.field)
        # What a person chose is not for a later event to change.
        return {**held, "name_source": "manual"} if self.field == "name" and self.by_hand else held


@dataclass(frozen=True, slots=True)
class Offer:
    """A field as a preview shows it."""

    field: str
    chosen: Chosen
    choices: Sequence[Candidate]
    conflict: bool


def choose(candidates: Sequence[Candidate], values: Mapping[str, From | Literal]) -> dict[str, Chosen]:
    """Of every field whose value is taken, by the field's name. The first candidate is the primary.

    Raises Invalid `unknown_choice` for a value that none of them has.
    """
    problems = Problems()
    primary, others = candidates[0], sorted(candidates[1:], key=_newest_first, reverse=True)
    chosen = {field: _by_default(field, primary, others) for field in _fields(candidates)}
    for name, choice in values.items():
        field = field_of(name)
        if (source := _source(field, name, choice, candidates)) is None:
            pointer = f"/values/{escaped(name)}"
            problems.add(pointer, "unknown_choice", "none of these customers has this value")
        else:
            chosen[field] = Chosen(field, source, by_hand=source is not primary)
    problems.raise_if_any()
    return chosen


def offers(
    candidates: Sequence[Candidate], chosen: Mapping[str, Chosen], definitions: Definitions, *, masked: bool
) -> list[Offer]:
    """What there is to choose from: every field in use that one of them has."""
    found = []
    for name in choosable(definitions, masked=masked):
        field = field_of(name)
        having = [c for c in candidates if c.has(field)] or [c for c in candidates if c.shown.get(name)]
        if having:
            first = having[0].shown.get(name)
            conflict = any(each.shown.get(name) != first for each in having)
            found.append(Offer(name, chosen[field], having, conflict))
    return found


def field_of(name: str) -> str:
    """As `folded` names what people call `email`."""
    return PRIMARY + name if name in PRIMARY_KINDS else name


def name_of(field: str) -> str:
    return field.removeprefix(PRIMARY)


def _fields(candidates: Iterable[Candidate]) -> list[str]:
    return list(dict.fromkeys(field for each in candidates for field in each.held))


def _newest_first(candidate: Candidate) -> tuple[Any, UUID]:
    return candidate.record.updated_at, candidate.id


def _by_default(field: str, primary: Candidate, others: Iterable[Candidate]) -> Chosen:
    if primary.has(field):
        return Chosen(field, primary)
    return Chosen(field, next((each for each in others if each.has(field)), primary))


def _source(
    field: str, name: str, choice: From | Literal, candidates: Sequence[Candidate]
) -> Candidate | None:
    if isinstance(choice, From):
        source = next((c for c in candidates if c.id == choice.customer), None)
        # An address of somebody is never taken away by choosing.
        return None if source and field.startswith(PRIMARY) and not source.has(field) else source
    if choice.value is None:
        empty = None if field.startswith(PRIMARY) else field
        return next((c for c in candidates if empty and c.held.get(empty) is None), None)
    return next((c for c in candidates if _means(choice.value, c.shown.get(name))), None)


def _means(literal: Any, shown: Any) -> bool:
    """Options may be named by their ids or labels, as in an edit."""
    if isinstance(shown, list) and isinstance(literal, list):
        return len(shown) == len(literal) and all(any(_means(a, b) for b in shown) for a in literal)
    if isinstance(shown, Mapping) and not isinstance(literal, Mapping):
        return literal in (shown["id"], shown["label"])
    if isinstance(literal, bool) or isinstance(shown, bool):
        return literal is shown
    return bool(literal == shown)
