"""How an import is to go on: asked with the check, and again with the start."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from servicekit.errors import Forbidden, Invalid
from servicekit.inputs import find_id
from servicekit.scope import Scope

POLICIES: Final = ("skip", "merge", "update", "create")
UNKNOWN_OPTIONS: Final = ("refuse", "empty", "create")
_MOST: Final = 100
_NAMES: Final = frozenset({"policy", "teams", "tags", "unknown_options"})

Json = dict[str, Any]


def read_options(data: Mapping[str, Any], scope: Scope) -> Json:
    """With all that was left out, in one order. Raises Invalid, and Forbidden for what agents may not."""
    for name in data.keys() - _NAMES:
        raise Invalid.at(f"/{name}", "unknown_property", "there is no such property")
    options = {
        "policy": _choice(data, "policy", POLICIES, default="merge"),
        "teams": sorted({_team(each) for each in _list(data, "teams")}),
        "tags": sorted({_tag(each) for each in _list(data, "tags")}),
        "unknown_options": _choice(data, "unknown_options", UNKNOWN_OPTIONS, default="refuse"),
    }
    if options["unknown_options"] == "create" and not scope.is_admin:
        raise Forbidden("administrators_only")
    return options


def _choice(data: Mapping[str, Any], name: str, choices: tuple[str, ...], *, default: str) -> str:
    value = data.get(name)
    if value is None:
        return default
    if value not in choices:
        raise Invalid.at(f"/{name}", "invalid_choice", f"one of {', '.join(choices)}")
    return str(value)


def _list(data: Mapping[str, Any], name: str) -> list[Any]:
    value = data.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > _MOST:
        raise Invalid.at(f"/{name}", "invalid_list", f"a list of at most {_MOST}")
    return value


def _team(value: Any) -> str:
    team = find_id(value)
    if team is None:
        raise Invalid.at("/teams", "unknown_team", "there is no such team")
    return str(team)


def _tag(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Invalid.at("/tags", "invalid_tag", "a text of 1 to 100 characters")
    return value
