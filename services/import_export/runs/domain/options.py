"""How an import is to go on: asked with the check, and again with the start."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from servicekit.errors import Forbidden, Invalid
from servicekit.inputs import find_id, object_of
from servicekit.scope import Scope

POLICIES: Final = ("skip", "merge", "update", "create")
UNKNOWN_OPTIONS: Final = ("refuse", "empty", "create")
_MOST: Final = 100
_NAMES: Final = frozenset({"policy", "teams", "tags", "unknown_options"})
READING: Final = ("format", "encoding", "separator", "quote", "header_row", "sheet", "repair_encoding")
_KINDS: Final[Mapping[str, type]] = {"header_row": int, "repair_encoding": bool}

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


def read_reading(data: Any) -> Json:
    """How the file is to be read, as far as somebody says. Raises Invalid."""
    reading = object_of(data or {})
    for name in reading.keys() - set(READING):
        raise Invalid.at(f"/reading/{name}", "unknown_property", "there is no such property")
    for name, value in reading.items():
        kind = _KINDS.get(name, str)
        if value is not None and type(value) is not kind:
            raise Invalid.at(f"/reading/{name}", "invalid_choice", f"expected: {kind.__name__}")
    return reading


def check_possible(options: Mapping[str, Any], facts: Mapping[str, Any]) -> None:
    """Raises Invalid for a team that whoever imports cannot give, and for duplicates if there may be none."""
    known = {team["id"] for team in facts["teams"]}
    if not known.issuperset(options["teams"]):
        raise Invalid.at("/teams", "unknown_team", "there is no such team")
    if options["policy"] == "create" and not facts["allow_duplicates"]:
        raise Invalid.at("/policy", "duplicates_not_allowed", "the settings do not allow duplicates")


def reading_with(detected: Mapping[str, Any], asked: Mapping[str, Any]) -> Json:
    """Options to read a file with: those in force, but for what was found by those that are changed now."""
    changed = {name for name, value in asked.items() if detected.get(name) != value}
    if "format" in changed:
        return dict(asked)
    in_force = {name: detected.get(name) for name in READING}
    if changed - _KINDS.keys():
        in_force["header_row"] = None
    return {**in_force, **asked}


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
