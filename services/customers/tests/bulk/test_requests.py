"""What a bulk action is asked with, and what it is told when that cannot be."""

from __future__ import annotations

from typing import Any

import pytest

from servicekit.errors import Forbidden, Invalid
from servicekit.scope import Scope
from services.customers.bulk.domain.requests import read_action, read_patch, read_request

ADMIN = Scope("0193aaaa-0000-7000-8000-000000000001", "admin")
AGENT = Scope("0193aaaa-0000-7000-8000-000000000002", "agent")
SOME = {"selection": {"ids": ["0193aaaa-0000-7000-8000-000000000003"]}}


def faults(error: Invalid) -> dict[str, str]:
    return {each["pointer"]: each["code"] for each in error.payload["errors"]}


def refused(data: dict[str, Any], scope: Scope = ADMIN) -> dict[str, str]:
    with pytest.raises(Invalid) as error:
        read_patch(read_request(data, scope).action)
    return faults(error.value)


def test_filter_and_ids_at_the_top_are_short_forms_of_a_selection() -> None:
    asked = {"action": "set_status", "status": "blocked"}
    ids = ["0193aaaa-0000-7000-8000-000000000003"]
    long = read_request({**asked, "selection": {"ids": ids}}, ADMIN)
    assert read_request({**asked, "ids": ids}, ADMIN).selection == long.selection == {"ids": ids}
    short = read_request({**asked, "filter": {"field": "status", "op": "eq", "value": "active"}}, ADMIN)
    assert short.selection == {"filter": {"field": "status", "op": "eq", "value": "active"}}


@pytest.mark.parametrize("selection", [{}, {"except": []}, {"q": None}, {"sort": "name"}])
def test_who_names_nobody_does_not_mean_everybody(selection: dict[str, Any]) -> None:
    assert refused({"action": "delete", "selection": selection}) == {"/selection": "required"}


def test_a_selection_that_is_absent_is_required() -> None:
    assert refused({"action": "delete"}) == {"/selection": "required"}


def test_everybody_is_meant_by_whoever_says_so() -> None:
    request = read_request({"action": "delete", "selection": {"all": True, "except": []}}, ADMIN)
    assert request.selection == {"except": []}


def test_everybody_and_somebody_contradict_each_other() -> None:
    said = {"action": "delete", "selection": {"all": True, "q": "maria"}}
    assert refused(said) == {"/selection/q": "several_selections"}


def test_so_many_ids_and_no_more() -> None:
    ids = ["0193aaaa-0000-7000-8000-000000000003"] * 10_001
    assert refused({"action": "delete", "ids": ids}) == {"/ids": "too_many"}
    assert refused({"action": "delete", "selection": {"all": True, "except": ids}}) == {
        "/selection/except": "too_many"
    }


def test_two_selections_contradict_each_other() -> None:
    assert refused({"action": "delete", "ids": [], **SOME}) == {"/ids": "several_selections"}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"action": "explode"}, {"/action": "unknown_action"}),
        ({"action": ["delete"]}, {"/action": "unknown_action"}),
        ({}, {"/action": "unknown_action"}),
        ({"action": "add_tags"}, {"/tags": "required"}),
        ({"action": "add_tags", "tags": []}, {"/tags": "required"}),
        ({"action": "add_tags", "tags": "vip"}, {"/tags": "invalid_list"}),
        ({"action": "remove_tags", "tags": ["vip", "\x00"]}, {"/tags/1": "invalid_tag"}),
        ({"action": "set_status", "status": "gone"}, {"/status": "invalid_status"}),
        ({"action": "set_status", "status": None}, {"/status": "required"}),
        ({"action": "set_assignee"}, {"/assignee": "required"}),
        ({"action": "set_assignee", "assignee": "you"}, {"/assignee": "invalid_id"}),
        ({"action": "assign_team", "team": "north"}, {"/team": "invalid_id"}),
        ({"action": "set_field", "field": "plan"}, {"/value": "required"}),
        ({"action": "set_field", "field": 7, "value": 1}, {"/field": "invalid_field"}),
        ({"action": "delete", "tags": ["vip"]}, {"/tags": "not_for_this_action"}),
        ({"action": "delete", "colour": "red"}, {"/colour": "unknown_property"}),
        ({"action": "delete", "dry_run": "yes"}, {"/dry_run": "invalid_boolean"}),
    ],
)
def test_each_fault_is_told_where_it_was_said(asked: dict[str, Any], expected: dict[str, str]) -> None:
    assert refused({**SOME, **asked}) == expected


def test_null_clears_a_field_and_an_assignee() -> None:
    cleared = read_action({"action": "set_field", "field": "custom.plan", "value": None}, AGENT)
    assert read_patch(cleared).custom == {"plan": None}
    assert read_patch(read_action({"action": "set_assignee", "assignee": None}, AGENT)).assignee is None


def test_me_is_whoever_asks() -> None:
    action = read_action({"action": "set_assignee", "assignee": "me"}, AGENT)
    assert str(read_patch(action).assignee) == AGENT.user_id


def test_what_a_job_keeps_is_read_as_the_same_action() -> None:
    action = read_action({"action": "add_tags", "tags": ["vip"]}, AGENT)
    assert read_action(action.dump(), AGENT) == action


@pytest.mark.parametrize(
    "asked", [{"action": "delete"}, {"action": "assign_team", "team": 1}, {"action": "unassign_team"}]
)
def test_agents_neither_delete_nor_change_teams(asked: dict[str, Any]) -> None:
    with pytest.raises(Forbidden):
        read_request({**SOME, **asked}, AGENT)
