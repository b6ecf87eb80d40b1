"""What a template is a report of: read against the fields of today, kept by ids, shown by labels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson

from identity import is_contact_like
from servicekit.errors import Invalid
from services.reports.configuring.domain.known import Fields, known_of_upload
from services.reports.configuring.domain.model import Configuration
from services.reports.configuring.domain.named import labelled, named_by_id
from services.reports.configuring.domain.removed import removed
from services.reports.facts import HIDDEN_FIELDS, Facts
from services.reports.hidden import read_unhidden
from services.reports.sources import read_source
from services.reports.templates.domain.filters import filter_by_ids
from services.reports.templates.domain.saved import MAX_BYTES, Template

Json = dict[str, Any]


def with_contents(
    template: Template, patch: Mapping[str, Any], *, facts: Facts, uploaded: Sequence[Json] | None
) -> Template:
    """After a merge patch, as far as it is about source and configuration.

    `uploaded`: the columns of the upload that it names. Raises Invalid.
    """
    after = template
    if "source" in patch:
        after = replace(after, source=_source(patch["source"], facts))
    if "configuration" in patch:
        after = _configured(after, patch["configuration"], facts, uploaded)
    if len(orjson.dumps([after.configuration, after.source])) > MAX_BYTES:
        raise Invalid.at("/configuration", "too_long", f"at most {MAX_BYTES} bytes can be kept")
    return replace(after, names_contact=_names_contact(after, facts))


def fields_for(template: Template, facts: Facts) -> Fields:
    """Those of live customers, and those that only its upload had."""
    return {**known_of_upload(template.columns, facts.fields), **facts.fields}


def shown(template: Template, facts: Facts) -> Json:
    """The configuration as people read it: with the labels of today."""
    return labelled(template.configuration, fields_for(template, facts))


def warnings_of(template: Template, facts: Facts) -> list[Json]:
    """What it names in vain."""
    return removed(template.configuration, fields_for(template, facts))


def kept(configuration: Configuration, fields: Fields) -> Json:
    """As it outlives renames: with ids for options."""
    return named_by_id(configuration.dump(), fields)


def _source(given: Any, facts: Facts) -> Json | None:
    """As it outlives renames, too."""
    if given is None:
        return None
    kept = read_source(given, kept=True).dump()
    return {**kept, "filter": filter_by_ids(kept["filter"], facts.fields)} if "filter" in kept else kept


def _configured(template: Template, data: Any, facts: Facts, uploaded: Sequence[Json] | None) -> Template:
    columns = uploaded if uploaded is not None else template.columns
    fields = {**known_of_upload(columns, facts.fields), **facts.fields}
    configuration = read_unhidden(data, fields, hidden=facts.hidden)
    named = fields_named(configuration)
    own = [_column(each) for each in columns if each["field"] in named - facts.fields.keys()]
    return replace(template, configuration=kept(configuration, fields), columns=own)


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
