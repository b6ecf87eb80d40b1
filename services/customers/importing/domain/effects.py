"""What a row changed of a customer, as it is kept for undoing: values before and after, and what was added.

`{"fields": {field: [before, after]}, "options": {key: [numbers before, numbers after]}, "tags": [numbers],
"teams": [ids], "points": [[id, space, value]], "primary": {kind: [id before, id after]}}`, every part there
only if it has something.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from services.customers.fields.domain.definitions import WITH_OPTIONS, Definitions
from services.customers.registry.domain.contacts import Points
from services.customers.registry.domain.customer import Customer

Effect = dict[str, Any]
CUSTOM: Final = "custom."
PLAIN: Final[Mapping[str, Callable[[Customer], Any]]] = {
    "name": lambda customer: customer.name,
    "status": lambda customer: customer.status,
    "channel": lambda customer: customer.channel,
    "assignee": lambda customer: None if customer.assignee_id is None else str(customer.assignee_id),
}


def effect_of(
    before: Customer, after: Customer, *, definitions: Definitions, tag_number: Callable[[str], int]
) -> Effect:
    """`tag_number`: of a tag's folded name."""
    has = {tag.folded for tag in before.tags}
    effect: Effect = {
        "fields": _fields(before, after),
        "options": _options(before, after, definitions),
        "tags": [tag_number(tag.folded) for tag in after.tags if tag.folded not in has],
        "teams": sorted(map(str, after.team_ids - before.team_ids)),
        **(_points(before.points, after.points) if before.points is not after.points else {}),
    }
    return {part: content for part, content in effect.items() if content}


def _fields(before: Customer, after: Customer) -> Effect:
    changed = {
        name: [read(before), read(after)] for name, read in PLAIN.items() if read(before) != read(after)
    }
    if before.name_source != after.name_source:
        changed["name_source"] = [before.name_source, after.name_source]
    for key in sorted(before.custom.keys() | after.custom.keys()):
        old, new = before.custom.get(key), after.custom.get(key)
        if old != new:
            changed[CUSTOM + key] = [old, new]
    return changed


def _options(before: Customer, after: Customer, definitions: Definitions) -> Effect:
    if before.option_ids == after.option_ids:
        return {}
    changed = {}
    for field in definitions.fields:
        if field.type in WITH_OPTIONS:
            old, new = (sorted(field.numbers.intersection(c.option_ids)) for c in (before, after))
            if old != new:
                changed[field.key] = [old, new]
    return changed


def _points(before: Points, after: Points) -> Effect:
    known = {point.id for point in before}
    first, now = ({p.kind: str(p.id) for p in points if p.primary} for points in (before, after))
    return {
        "points": [[str(p.id), p.identity.space, p.identity.value] for p in after if p.id not in known],
        "primary": {kind: [first[kind], now[kind]] for kind in first if first[kind] != now.get(kind)},
    }
