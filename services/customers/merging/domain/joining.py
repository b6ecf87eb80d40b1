"""The survivor's record after a merge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from services.customers.fields.domain.definitions import Definitions
from services.customers.merging.domain import folded
from services.customers.merging.domain.choosing import Candidate, Chosen
from services.customers.merging.domain.record import PRIMARY, Record, values_of, with_value
from services.customers.registry.domain import contacts
from services.customers.registry.domain.united import Reached


def join(
    candidates: Sequence[Candidate],
    chosen: Mapping[str, Chosen],
    *,
    merge: str,
    definitions: Definitions,
    reached: Reached,
) -> Record:
    """The first candidate with what was chosen, and teams and tags of all. `reached`: their addresses."""
    survivor = _with_members(candidates[0].record, [each.record for each in candidates[1:]])
    for field, choice in chosen.items():
        if field.startswith(PRIMARY):
            survivor = _with_primary(survivor, choice, merge, definitions, reached)
        elif choice.source is not candidates[0]:
            survivor = _with_layer(survivor, choice, merge, definitions)
    return survivor


def _with_members(survivor: Record, others: Iterable[Record]) -> Record:
    teams = frozenset(team for each in others for team in each.teams) - survivor.teams
    tags = frozenset(tag for each in others for tag in each.tags) - survivor.tags
    kept = folded.only(survivor.folded, teams=survivor.teams, tags=survivor.tags)
    return replace(
        survivor,
        teams=survivor.teams | teams,
        tags=survivor.tags | tags,
        folded=folded.with_tags(folded.with_teams(kept, teams), tags),
    )


def _with_primary(
    survivor: Record, choice: Chosen, merge: str, definitions: Definitions, reached: Reached
) -> Record:
    """Named only where the rule alone would show another one."""
    shown = contacts.primary(reached.shown, choice.field.removeprefix(PRIMARY))
    if shown is None or str(shown.id) == choice.value:
        return survivor
    return _with_layer(survivor, choice, merge, definitions)


def _with_layer(survivor: Record, choice: Chosen, merge: str, definitions: Definitions) -> Record:
    current = values_of(survivor, definitions)[choice.field]
    if choice.value == current:
        return survivor
    layered = folded.with_layer(survivor.folded, choice.field, merge, current=current, value=choice.value)
    return replace(with_value(survivor, choice.field, choice.value, definitions), folded=layered)
