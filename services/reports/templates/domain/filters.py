"""Filters of templates: what they say of options and tags goes along with renames.

What a filter means is for customers to say; here it is a tree of which some leaves name a field we know.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from servicekit.text import folded
from services.reports.configuring.domain.former import NOTHING, Former
from services.reports.configuring.domain.known import Fields
from services.reports.configuring.domain.named import TAGS

Json = dict[str, Any]
_WHOLE: Final = frozenset(
    {"eq", "ne", "in", "not_in", "any_of", "all_of", "none_of"}
)  # values, not parts of one


def filter_by_ids(tree: Any, fields: Fields, former: Former = NOTHING) -> Any:
    """With the ids of options and tags for their labels, and for those that they had once."""

    def by_id(leaf: Mapping[str, Any]) -> Any:
        known, before = fields.get(leaf["field"]), former.get(leaf["field"], {})
        options = {folded(option.label): option.id for option in reversed(known.options)} if known else {}

        def written(text: str) -> str:
            label = folded(text)
            return options.get(label) or options.get(folded(before.get(label, label)), text)

        return _each(leaf["value"], written)

    return _leaves(tree, by_id)


def filter_with_tags(tree: Any, tags: Mapping[str, str]) -> Any:
    """With the names of tags for their ids, as far as they are among `tags`."""

    def named(leaf: Mapping[str, Any]) -> Any:
        if leaf["field"] != TAGS:
            return leaf["value"]
        return _each(leaf["value"], lambda text: tags.get(text, text))

    return _leaves(tree, named)


def tags_of_filter(tree: Any) -> set[str]:
    """Names and ids of tags in it."""
    found: set[str] = set()

    def note(leaf: Mapping[str, Any]) -> Any:
        return _each(leaf["value"], seen) if leaf["field"] == TAGS else leaf["value"]

    def seen(text: str) -> str:
        found.add(text)
        return text

    _leaves(tree, note)
    return found


def _leaves(tree: Any, change: Callable[[Mapping[str, Any]], Any]) -> Any:
    """The same tree, with what `change` makes of each leaf that names values."""
    if isinstance(tree, list):
        return [_leaves(each, change) for each in tree]
    if not isinstance(tree, dict):
        return tree
    if isinstance(tree.get("field"), str) and tree.get("op") in _WHOLE and "value" in tree:
        return {**tree, "value": change(tree)}
    return {key: _leaves(each, change) for key, each in tree.items()}


def _each(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, list):
        return [_each(each, change) for each in value]
    return change(value) if isinstance(value, str) else value
