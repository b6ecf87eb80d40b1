"""Filters of templates: what they say of options and tags goes along with renames.

What a filter means is for customers to say; here it is a tree of which some leaves name a field we know.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from servicekit.text import folded
from services.reports.configuring.domain.known import Fields

Json = dict[str, Any]
_WHOLE: Final = frozenset(
    {"eq", "ne", "in", "not_in", "any_of", "all_of", "none_of"}
)  # values, not parts of one


def filter_by_ids(tree: Any, fields: Fields) -> Any:
    """With the ids of options for their labels."""

    def by_id(leaf: Mapping[str, Any]) -> Any:
        known = fields.get(leaf["field"])
        options = {folded(option.label): option.id for option in reversed(known.options)} if known else {}
        return _each(leaf["value"], lambda text: options.get(folded(text), text))

    return _leaves(tree, by_id)


def filter_renamed(tree: Any, field: str, before: str, after: str) -> Any:
    """With the new name of a value of this field. Twice without harm."""

    def renamed(leaf: Mapping[str, Any]) -> Any:
        if leaf["field"] != field:
            return leaf["value"]
        return _each(leaf["value"], lambda text: after if folded(text) == folded(before) else text)

    return _leaves(tree, renamed)


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
