"""Tags stand in templates by their names: when one is renamed, what says its old name says the new one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from servicekit.text import folded
from services.reports.templates.domain.filters import filter_renamed
from services.reports.templates.domain.saved import Template

Json = dict[str, Any]
TAGS: Final = "tags"
# What people called a group, a class or a column themselves is theirs.
_OTHER_WORDS: Final = frozenset({"field", "unit", "aliases", "as", "op", "default", "sort", "top", "count"})


def renamed(template: Template, before: str, after: str) -> Template:
    """The template, after a tag was renamed. Twice without harm."""
    source = template.source
    if source and "filter" in source:
        source = {**source, "filter": filter_renamed(source["filter"], TAGS, before, after)}
    return replace(
        template, configuration=_configuration(template.configuration, before, after), source=source
    )


def _configuration(configuration: Json, before: str, after: str) -> Json:
    old = folded(before)
    parts: Json = {
        key: [
            _rewritten(part, old, after) if part.get("field") == TAGS else part for part in configuration[key]
        ]
        for key in ("groupings", "subdivisions")
        if key in configuration
    }
    return {**configuration, **parts}


def _rewritten(value: Any, old: str, after: str) -> Any:
    if isinstance(value, str):
        return after if folded(value) == old else value
    if isinstance(value, list):
        return [_rewritten(each, old, after) for each in value]
    if isinstance(value, dict):
        return {
            key: each if key in _OTHER_WORDS else _rewritten(each, old, after) for key, each in value.items()
        }
    return value
