"""Undoing a merge: who stands alone again, and what each record it was part of keeps."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any
from uuid import UUID

from services.customers.fields.domain.definitions import Definitions
from services.customers.merging.domain import folded
from services.customers.merging.domain.record import PRIMARY, Record, values_of, with_value

Records = Mapping[UUID, Record]


@dataclass(frozen=True, slots=True)
class Parted:
    """`trees` has of each restored customer all its records. `kept` are fields that were changed since."""

    records: dict[UUID, Record]
    trees: dict[UUID, list[UUID]]
    root: UUID
    kept: list[str]


def part(
    records: Records, *, merge: UUID, primary: UUID, absorbed: Iterable[UUID], definitions: Definitions
) -> Parted:
    """`records` are all of the customer that the primary is part of now."""
    trees = {root: tree_of(records, root) for root in absorbed}
    after = dict(records)
    for root, tree in trees.items():
        after |= {id_: replace(after[id_], root_id=root) for id_ in tree}
        after[root] = replace(after[root], merged_into=None, merged_by=None)
    after[primary], kept = _without_layers(_without_members(after, primary), merge, definitions)
    path = ancestors_of(records, primary)
    for below, above in pairwise(path):
        after[above] = _following(records, after, below, _without_members(after, above), definitions)
    return Parted(after, trees, records[primary].root_id, kept)


def in_teams_of_today(parted: Parted, known: Collection[str]) -> Parted:
    """Nobody comes back into a team that there is no more: in none, administrators find them."""
    records = dict(parted.records)
    for id_ in (id_ for tree in parted.trees.values() for id_ in tree):
        teams = records[id_].teams & frozenset(known)
        records[id_] = replace(
            records[id_], teams=teams, folded=folded.only(records[id_].folded, teams=teams)
        )
    return replace(parted, records=records)


def tree_of(records: Records, root: UUID) -> list[UUID]:
    """The record and all that were merged into it, directly or not."""
    tree = [root]
    for id_ in tree:
        tree += [each.id for each in records.values() if each.merged_into == id_]
    return tree


def ancestors_of(records: Records, record: UUID) -> list[UUID]:
    """The record, and what it was merged into, up to the customer."""
    path = [record]
    while (above := records[path[-1]].merged_into) is not None:
        path.append(above)
    return path


def _without_members(after: Records, id_: UUID) -> Record:
    """A team or tag that came in stays only while a record that is still merged into this one has it."""
    record = after[id_]
    left = [after[each] for each in tree_of(after, id_)[1:]]
    teams = folded.teams(record.folded) - {team for each in left for team in each.teams}
    tags = folded.tags(record.folded) - {tag for each in left for tag in each.tags}
    teams_left, tags_left = record.teams - teams, record.tags - tags
    kept = folded.only(record.folded, teams=teams_left, tags=tags_left)
    return replace(record, teams=teams_left, tags=tags_left, folded=kept)


def _following(
    records: Records, after: Records, below: UUID, above: Record, definitions: Definitions
) -> Record:
    """What a later merge took from the record below follows what that has now."""
    merge = records[below].merged_by
    before, now = values_of(records[below], definitions), values_of(after[below], definitions)
    for field in folded.fields_of(above.folded, str(merge)):
        taken = folded.value_of_layer(above.folded, field, str(merge))
        if field.startswith(PRIMARY) or taken != before[field] or now[field] == taken:
            continue
        if any(_has(each, field, taken, definitions) for each in _beside(records, below)):
            continue
        shown = folded.shows(above.folded, field, values_of(above, definitions)[field])
        above = replace(above, folded=folded.with_value_of_layer(above.folded, field, str(merge), now[field]))
        if shown:
            above = with_value(above, field, folded.top(above.folded, field), definitions)
    return above


def _beside(records: Records, below: UUID) -> list[Record]:
    """Who came with the record by the same merge."""
    merge = records[below].merged_by
    return [each for each in records.values() if each.merged_by == merge and each.id != below]


def _has(record: Record, field: str, value: Any, definitions: Definitions) -> bool:
    return bool(values_of(record, definitions)[field] == value)


def _without_layers(record: Record, merge: UUID, definitions: Definitions) -> tuple[Record, list[str]]:
    kept = []
    current = values_of(record, definitions)
    for field in folded.fields_of(record.folded, str(merge)):
        found = folded.without_layer(record.folded, field, str(merge), current=current.get(field))
        if found.kept:
            kept.append(field)
        elif found.value != current.get(field):
            record = with_value(record, field, found.value, definitions)
        record = replace(record, folded=found.folded)
    return record, kept
