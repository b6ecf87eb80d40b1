"""What a template is a report of: read against the fields of today, kept by ids, shown by labels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import orjson

from identity import is_contact_like
from servicekit.errors import Invalid
from servicekit.inputs import find_id
from servicekit.text import folded
from services.reports.configuring.domain.former import NOTHING, Former
from services.reports.configuring.domain.known import Fields, known_of_upload
from services.reports.configuring.domain.model import Configuration
from services.reports.configuring.domain.named import TAGS, labelled, named_by_id, tags_in, with_labels_of
from services.reports.configuring.domain.removed import removed
from services.reports.facts import HIDDEN_FIELDS, Facts
from services.reports.hidden import read_unhidden
from services.reports.sources import read_source
from services.reports.templates.domain.filters import filter_by_ids, filter_with_tags, tags_of_filter
from services.reports.templates.domain.saved import MAX_BYTES, Template

Json = dict[str, Any]
_LONGEST_TAG: Final = 100
_MOST_NAMES: Final = 5_000  # more than a template has room for


def with_contents(
    template: Template,
    patch: Mapping[str, Any],
    *,
    facts: Facts,
    uploaded: Sequence[Json] | None,
    former: Former = NOTHING,
) -> Template:
    """After a merge patch, as far as it is about source and configuration.

    `uploaded`: the columns of the upload that it is about. Raises Invalid.
    """
    after = template
    if "source" in patch:
        after = replace(after, source=_source(patch["source"], facts, former))
    if "configuration" in patch:
        after = _configured(after, patch["configuration"], facts, uploaded, former)
    elif uploaded is not None:
        after = _about(after, uploaded, facts)
    if len(orjson.dumps([after.configuration, after.source])) > MAX_BYTES:
        raise Invalid.at("/configuration", "too_long", f"at most {MAX_BYTES} bytes can be kept")
    return replace(after, names_contact=_names_contact(after, facts))


def fields_for(template: Template, facts: Facts) -> Fields:
    """Those of live customers, and those that only its upload had."""
    fields = facts.fields_and_tags
    return {**known_of_upload(template.columns, fields), **fields}


def shown(template: Template, facts: Facts) -> Json:
    """The configuration as people read it: with the labels of today. Of a tag that the caller does not see
    it is the one that it was kept with.

    Calls others, unless its tags were asked for: never within a transaction.
    """
    facts.tags.ask(ids=tags_in(template.configuration))
    return shown_with_known_tags(template, facts)


def shown_with_known_tags(template: Template, facts: Facts) -> Json:
    return labelled(template.configuration, fields_for(template, facts))


def shown_source(template: Template, facts: Facts) -> Json | None:
    """With the names of tags that are known."""
    source = template.source
    if not source or "filter" not in source:
        return source
    names = {tag.id: tag.label for tag in facts.tags.options}
    return {**source, "filter": filter_with_tags(source["filter"], names)}


def tag_ids(template: Template) -> set[str]:
    """Of the tags that it names."""
    told = tags_of_filter((template.source or {}).get("filter"))
    return tags_in(template.configuration) | {text for text in told if find_id(text)}


def tag_names(patch: Mapping[str, Any]) -> list[str]:
    """What is said of tags in what somebody sent, whatever it looks like."""
    configuration, source = patch.get("configuration"), patch.get("source")
    told = set(tags_of_filter(source.get("filter"))) if isinstance(source, Mapping) else set()
    if isinstance(configuration, Mapping):
        told |= set(_said_of_tags(configuration))
    return sorted(text for text in told if len(text) <= _LONGEST_TAG)[:_MOST_NAMES]


def warnings_of(template: Template, facts: Facts) -> list[Json]:
    """What it names in vain."""
    return removed(template.configuration, fields_for(template, facts))


def kept(configuration: Configuration, fields: Fields, former: Former = NOTHING) -> Json:
    """As it outlives renames: with ids for options."""
    return named_by_id(configuration.dump(), fields, former)


def _source(given: Any, facts: Facts, former: Former) -> Json | None:
    """As it outlives renames, too."""
    if given is None:
        return None
    kept = read_source(given, kept=True).dump()
    if "filter" not in kept:
        return kept
    return {**kept, "filter": filter_by_ids(kept["filter"], facts.fields_and_tags, former)}


def _configured(
    template: Template, data: Any, facts: Facts, uploaded: Sequence[Json] | None, former: Former
) -> Template:
    columns = uploaded if uploaded is not None else template.columns
    fields = {**known_of_upload(columns, facts.fields_and_tags), **facts.fields_and_tags}
    configuration = read_unhidden(data, fields, hidden=facts.hidden)
    named = fields_named(configuration)
    own = [_column(each) for each in columns if each["field"] in named - facts.fields.keys()]
    stored = kept(configuration, fields, former)
    stored = with_labels_of(stored, template.configuration, _written(configuration.dump(), former))
    return replace(template, configuration=stored, columns=own)


def _written(sent: Json, former: Former) -> dict[str, str]:
    """By the names of today of tags the former ones that somebody sent for them."""
    said, labels = set(_said_of_tags(sent)), former.get(TAGS, {})
    found = {labels[folded(text)]: text for text in said if folded(text) in labels}
    return {label: text for label, text in found.items() if label not in said}


def _about(template: Template, uploaded: Sequence[Json], facts: Facts) -> Template:
    """The same configuration of another upload: what that says of its columns counts."""
    named = set(_fields_in(template.configuration)) - facts.fields.keys()
    known = {each["field"]: each for each in template.columns}
    known |= {each["field"]: _column(each) for each in uploaded if each["field"] in named}
    return replace(template, columns=list(known.values()))


def fields_named(configuration: Configuration) -> set[str]:
    total = {configuration.total.field} if configuration.total.field else set()
    return {part.field for part in configuration.parts} | total


def _column(column: Json) -> Json:
    return {name: column[name] for name in ("field", "label", "type", "contact") if name in column}


def _names_contact(template: Template, facts: Facts) -> bool:
    contact = (
        HIDDEN_FIELDS | facts.contact | {each["field"] for each in template.columns if each.get("contact")}
    )
    source = template.source or {}
    if is_contact_like(source.get("q") or ""):
        return True
    return not contact.isdisjoint(_fields_in([template.configuration, source.get("filter")]))


def fields_said(patch: Mapping[str, Any]) -> set[str]:
    """Every field that what somebody sent may name values of, whatever it looks like."""
    return set(_fields_in([patch.get("configuration"), patch.get("source")]))


def _said_of_tags(configuration: Mapping[str, Any]) -> Iterator[str]:
    """The texts in its parts about tags, and columns that something is sorted by."""
    for key in ("groupings", "subdivisions", "subdivision"):
        parts = configuration.get(key)
        for part in parts if isinstance(parts, list) else [parts]:
            if isinstance(part, Mapping):
                yield from _sorted_by(part)
                if part.get("field") == TAGS:
                    yield from _texts_in(part)
    yield from _sorted_by(configuration)


def _sorted_by(part: Mapping[str, Any]) -> Iterator[str]:
    sort = part.get("sort")
    by = sort.get("by") if isinstance(sort, Mapping) else None
    if isinstance(by, str):
        yield from (by, by.partition(": ")[2])


def _texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _texts_in(each)
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield str(key)
            yield from _texts_in(each)


def _fields_in(value: Any) -> Iterator[str]:
    """Every field that something is said about."""
    if isinstance(value, list):
        for each in value:
            yield from _fields_in(each)
    elif isinstance(value, dict):
        if isinstance(value.get("field"), str):
            yield value["field"]
        for each in value.values():
            yield from _fields_in(each)
