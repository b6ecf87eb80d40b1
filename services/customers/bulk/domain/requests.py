"""What somebody asked for, checked in itself: plain JSON in, a Request or one Invalid out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from servicekit.errors import Forbidden, Invalid
from servicekit.problems import Problems, escaped
from servicekit.scope import Scope
from services.customers.bulk.domain.kinds import KINDS, MAY_BE_NULL, Kind
from services.customers.registry.domain.forms import Form, read_form

Json = dict[str, Any]
MAX_IDS: Final = 10_000
ME: Final = "me"

_ARGUMENTS: Final = frozenset(name for kind in KINDS.values() for name in kind.arguments)
_SELECTIONS: Final = ("selection", "ids", "filter")
_KNOWN: Final = _ARGUMENTS | {"action", "dry_run", *_SELECTIONS}
# Whoever means everybody says so: a selection that was forgotten must not delete the company's customers.
_SAYS_WHOM: Final = ("ids", "q", "filter", "saved_filter", "all")
_ABOUT_THE_FIELD: Final = frozenset({"unknown_field", "field_archived"})


@dataclass(frozen=True, slots=True)
class Action:
    """One action with its arguments, as plain JSON: a job keeps it and reads it anew at each step."""

    name: str
    arguments: Mapping[str, Any]

    @property
    def kind(self) -> Kind:
        return KINDS[self.name]

    def dump(self) -> Json:
        return {"action": self.name, **self.arguments}


@dataclass(frozen=True, slots=True)
class Request:
    """`selection` is not read yet, since what it means depends on who asks; `pointer` is where it was.

    `everybody`: whoever asks has said that they mean all customers that they see.
    """

    action: Action
    selection: Mapping[str, Any]
    pointer: str
    dry_run: bool
    everybody: bool = False


def nobody_said(pointer: str) -> Invalid:
    detail = "say whom: ids, q, filter or saved_filter; everybody whom you see is all: true"
    return Invalid.at(pointer, "required", detail)


def read_request(data: Mapping[str, Any], scope: Scope) -> Request:
    """Raises Invalid for what it does not say or says twice, Forbidden for what the role may never do."""
    problems = Problems()
    for key in data.keys() - _KNOWN:
        problems.add(f"/{escaped(key)}", "unknown_property", "there is no such field")
    if str(data.get("action")) not in KINDS:
        problems.add("/action", "unknown_action", f"one of {', '.join(KINDS)}")
    if not isinstance(data.get("dry_run", False), bool):
        problems.add("/dry_run", "invalid_boolean", "true or false is expected")
    problems.raise_if_any()
    action = read_action(data, scope)
    selection, pointer = _read_selection(data)
    asked = {key: value for key, value in selection.items() if key != "all"}
    return Request(action, asked, pointer, data.get("dry_run", False), everybody="all" in selection)


def read_action(data: Mapping[str, Any], scope: Scope) -> Action:
    """The action that a request, or a job, names."""
    kind, problems = KINDS[data["action"]], Problems()
    if kind.administrators_only and not scope.is_admin:
        raise Forbidden("administrators_only")
    for name in sorted(_ARGUMENTS & data.keys() - set(kind.arguments)):
        problems.add(f"/{name}", "not_for_this_action", f"{data['action']} takes no {name}")
    for name in kind.arguments:
        if name not in data or (data[name] is None and name not in MAY_BE_NULL) or data[name] == []:
            problems.add(f"/{name}", "required", f"{data['action']} needs it")
    problems.raise_if_any()
    arguments = {name: data[name] for name in kind.arguments}
    if arguments.get("assignee") == ME:
        arguments["assignee"] = scope.user_id
    return Action(data["action"], arguments)


def read_patch(action: Action) -> Form:
    """What an edit of each customer would be asked. Raises Invalid that points to the arguments."""
    assert action.kind.patch is not None, "a deletion is no edit"
    if "field" in action.arguments and not isinstance(action.arguments["field"], str):
        raise Invalid.at("/field", "invalid_field", "the key of a custom field is expected")
    try:
        # No action writes contact data: there is no region to read a phone number in.
        return read_form(action.kind.patch(action.arguments), default_region="")
    except Invalid as error:
        raise pointed(action, error) from None


def pointed(action: Action, error: Invalid) -> Invalid:
    """The same error, pointing to the argument instead of into the patch."""
    errors = [{**each, "pointer": _pointer(action, each)} for each in error.payload["errors"]]
    return Invalid(error.code, {"errors": errors})


def _pointer(action: Action, error: Mapping[str, str]) -> str:
    if error["code"] in _ABOUT_THE_FIELD:
        return "/field"
    for inside, said in action.kind.pointers:
        if error["pointer"].startswith(inside):
            # Of one argument that became a member of the patch there is nothing further to point to.
            return said + error["pointer"].removeprefix(inside) if said == "/tags" else said
    return error["pointer"]


def _read_selection(data: Mapping[str, Any]) -> tuple[Mapping[str, Any], str]:
    given = [name for name in _SELECTIONS if data.get(name) is not None]
    if len(given) > 1:
        raise Invalid.at(f"/{given[1]}", "several_selections", f"{given[0]} says whom already")
    whole = given == ["selection"]
    selection = data["selection"] if whole else {name: data[name] for name in given}
    pointer = "/selection" if whole or not given else ""
    if not isinstance(selection, Mapping):
        raise Invalid.at(pointer, "invalid_object", "an object is expected")
    _check_said(selection, pointer)
    for name in ("ids", "except"):
        if isinstance(selection.get(name), list) and len(selection[name]) > MAX_IDS:
            raise Invalid.at(f"{pointer}/{name}", "too_many", f"at most {MAX_IDS}")
    return selection, pointer


def _check_said(selection: Mapping[str, Any], pointer: str) -> None:
    if selection.get("all", True) is not True:
        raise Invalid.at(f"{pointer}/all", "invalid_all", "true, or nothing")
    said = [name for name in _SAYS_WHOM if selection.get(name) is not None]
    if not said:
        raise nobody_said(pointer)
    if "all" in said and len(said) > 1:
        raise Invalid.at(f"{pointer}/{said[0]}", "several_selections", "all: true means everybody")
