"""The fields that reports may be made of."""

from __future__ import annotations

from typing import Any

from services.customers.exporting.domain.cells import label_of
from services.customers.fields.domain.definitions import WITH_OPTIONS, Definitions, Field
from services.customers.filters.domain.catalogue import CONTACT_FIELDS, Known, fields_of, find_field

Json = dict[str, Any]
_CONTACT_TYPE = "text"


def facts_of(definitions: Definitions, *, masked: bool) -> list[Json]:
    """What a caller may count by: the standard fields and every custom one, those in use first."""
    archived = (find_field(f"custom.{each.key}", definitions) for each in definitions.fields if each.archived)
    known = [*fields_of(definitions, masked=masked), *(each for each in archived if each)]
    return [_fact(each) for each in known]


def _fact(known: Known) -> Json:
    contact = known.name in CONTACT_FIELDS
    fact = {
        "field": known.name,
        "label": known.label,
        "type": _CONTACT_TYPE if contact else known.type,
        "contact": contact,
    }
    if known.custom is None:
        return fact
    archived = {"archived": True} if known.custom.archived else {}
    return {**fact, **archived, **_options(known.custom)}


def _options(field: Field) -> Json:
    """By the labels that cells show."""
    if field.type not in WITH_OPTIONS:
        return {}
    return {
        "options": [
            {"id": str(option.id), "label": label_of(field, option), "archived": option.archived}
            for option in field.options
        ]
    }
