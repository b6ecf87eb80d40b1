"""The JSON of a filter that was found to be right: with ids for names, and what became of it since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from servicekit.text import folded
from services.customers.fields.domain.definitions import Definitions, Field, Option
from services.customers.filters.domain.catalogue import CONTACT_FIELDS, Known, find_field

Json = dict[str, Any]
_OF_IDS: Final = frozenset({"teams", "assignee"})


def comparisons(raw: Json, pointer: str) -> Iterator[tuple[Json, str]]:
    """Each leaf with its pointer."""
    for group in ("and", "or"):
        if group in raw:
            for n, part in enumerate(raw[group]):
                yield from comparisons(part, f"{pointer}/{group}/{n}")
            return
    if "not" in raw:
        yield from comparisons(raw["not"], f"{pointer}/not")
    else:
        yield raw, pointer


def words_of(raw: Json) -> set[str]:
    """The tags that it names, by id or by name."""
    tags = [leaf for leaf, _ in comparisons(raw, "") if leaf["field"] == "tags"]
    return {word for leaf in tags for word, _ in _values(leaf, "")}


def with_ids(raw: Json, definitions: Definitions, tags: Mapping[str, str]) -> Json:
    """The same filter, so written that it follows renames. `tags`: their ids by how they were called."""
    for group in ("and", "or"):
        if group in raw:
            return {group: [with_ids(part, definitions, tags) for part in raw[group]]}
    if "not" in raw:
        return {"not": with_ids(raw["not"], definitions, tags)}
    known = _known(raw, definitions)
    leaf = {**raw, "field": known.name}
    if isinstance(raw.get("value"), list):
        leaf["value"] = [_id_of(known, value, tags) for value in raw["value"]]
    elif isinstance(raw.get("value"), str):
        leaf["value"] = _id_of(known, raw["value"], tags)
    return leaf


def outdated(raw: Json, definitions: Definitions, tags: Mapping[str, str]) -> Iterator[Json]:
    """What it names that is out of use: archived fields and options, tags not among `tags`."""
    for leaf, pointer in comparisons(raw, "/filter"):
        known = _known(leaf, definitions)
        if known.custom and known.custom.archived:
            yield problem(f"{pointer}/field", "field_archived", "this custom field is archived")
        for value, at in _values(leaf, f"{pointer}/value"):
            if known.name == "tags" and value not in tags:
                yield problem(at, "unknown_tag", "there is no such tag")
            option = _option(known.custom, value)
            if option and option.archived:
                yield problem(at, "option_archived", "this option is archived")


def without_contact_data(raw: Json) -> Json:
    """The same filter for somebody from whom contact data is hidden: an address that is looked for is one."""
    for group in ("and", "or"):
        if group in raw:
            return {group: [without_contact_data(part) for part in raw[group]]}
    if "not" in raw:
        return {"not": without_contact_data(raw["not"])}
    if raw["field"] not in CONTACT_FIELDS:
        return raw
    return {key: value for key, value in raw.items() if key != "value"}


def problem(pointer: str, code: str, detail: str) -> Json:
    return {"pointer": pointer, "code": code, "detail": detail}


def _known(leaf: Json, definitions: Definitions) -> Known:
    known = find_field(leaf["field"], definitions)
    assert known is not None, "it was read before, and no field is ever deleted"
    return known


def _values(leaf: Json, pointer: str) -> Iterator[tuple[str, str]]:
    value = leaf.get("value")
    if isinstance(value, list):
        yield from ((each, f"{pointer}/{n}") for n, each in enumerate(value) if isinstance(each, str))
    elif isinstance(value, str):
        yield value, pointer


def _id_of(known: Known, value: Any, tags: Mapping[str, str]) -> Any:
    if not isinstance(value, str):
        return value
    if known.name == "tags":
        return tags.get(value, value)
    if known.name in _OF_IDS:
        return value.lower()
    option = _option(known.custom, value)
    return str(option.id) if option else value


def _option(field: Field | None, value: str) -> Option | None:
    if field is None or not field.options:
        return None
    return field.by_id.get(value.lower()) or field.by_label.get(folded(value))
