"""Administrators grant or decline."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from servicekit.errors import Conflict, Forbidden, Invalid, NotFound, ServiceError, Stale, Unavailable
from servicekit.ids import new_id
from services.dedup.tests.world import World

Json = dict[str, Any]


@pytest.fixture
def bia(world: World) -> Json:
    return world.agent("bia", "Vendas")


def ask(world: World, scope: Json, customer: str) -> str:
    return world.service.request_access(scope, world.company.token(scope, customer))["request"]["id"]


def decide(world: World, request_id: str, decision: str = "granted", **asked: Any) -> Json:
    data = {"decision": decision}
    if "team" in asked:
        data["team"] = asked.pop("team")
    return world.service.decide_access_request(world.admin, request_id, data, **asked)["request"]


def problem(refused: pytest.ExceptionInfo[Invalid]) -> tuple[str, str]:
    [error] = refused.value.payload["errors"]
    return error["pointer"], error["code"]


def test_granting_lets_whoever_asked_see_the_customer(world: World, bia: Json):
    hidden = world.customer("Hidden", "Suporte")
    request_id = ask(world, bia, hidden)
    granted = decide(world, request_id)
    assert (granted["state"], granted["customer"], granted["version"]) == ("granted", hidden, 2)
    assert (granted["team"], granted["decided_by"]) == (world.team("Vendas"), world.admin["user_id"])
    assert world.company.sees(bia, hidden)
    [told] = world.service.list_access_requests(bia)["data"]
    assert told == {**granted, "decided_by": None}


def test_who_lost_the_customer_again_is_not_told_which_it_was(world: World, bia: Json):
    hidden = world.customer("Hidden", "Suporte")
    decide(world, ask(world, bia, hidden))
    world.company.customers[hidden].teams = frozenset()
    [told] = world.service.list_access_requests(bia)["data"]
    assert (told["state"], told["customer"]) == ("granted", None)
    assert ask(world, bia, hidden) != told["id"]


def test_of_several_teams_one_has_to_be_named(world: World):
    bia, hidden = world.agent("bia", "Vendas", "Caixa"), world.customer("Hidden")
    request_id = ask(world, bia, hidden)
    with pytest.raises(Invalid) as refused:
        decide(world, request_id)
    assert problem(refused) == ("/team", "team_required")
    with pytest.raises(Invalid) as refused:
        decide(world, request_id, team=world.team("Suporte"))
    assert problem(refused) == ("/team", "unknown_team")
    assert decide(world, request_id, team=world.team("Caixa"))["team"] == world.team("Caixa")
    assert world.company.customers[hidden].teams == {world.team("Caixa")}


def test_who_works_here_no_more_is_granted_nothing(world: World, bia: Json):
    hidden = world.customer("Hidden")
    request_id = ask(world, bia, hidden)
    world.users["bia"] = replace(world.users["bia"], active=False)
    world._publish()
    with pytest.raises(Invalid) as refused:
        decide(world, request_id)
    assert problem(refused) == ("/decision", "asker_inactive")
    assert world.company.customers[hidden].teams == frozenset()
    assert decide(world, request_id, "declined")["state"] == "declined"


def test_who_is_in_no_team_cannot_be_granted_anything(world: World):
    nobody = world.agent("nobody")
    with pytest.raises(Invalid) as refused:
        decide(world, ask(world, nobody, world.customer("Hidden")))
    assert problem(refused) == ("/team", "asker_without_team")


@pytest.mark.parametrize("decision", ["granted", "declined"])
def test_a_decision_is_made_once(world: World, bia: Json, decision: str):
    request_id = ask(world, bia, world.customer("Hidden"))
    decide(world, request_id, decision)
    for again in ("granted", "declined"):
        with pytest.raises(Conflict, match="already_decided"):
            decide(world, request_id, again)


def test_the_same_call_is_answered_again(world: World, bia: Json):
    request_id, key = ask(world, bia, world.customer("Hidden")), {"key": "one", "hash": "body"}
    first = decide(world, request_id, idempotency=key)
    assert decide(world, request_id, idempotency=key) == first


def test_a_stale_decision_is_refused_with_the_request_as_it_is(world: World, bia: Json):
    request_id = ask(world, bia, world.customer("Hidden"))
    with pytest.raises(Stale) as refused:
        decide(world, request_id, version=2)
    assert refused.value.payload["current"]["version"] == 1
    assert decide(world, request_id, version=1)["version"] == 2


@pytest.mark.parametrize("decision", ["granted", "declined"])
def test_one_decision_holds_for_all_that_somebody_asked_about_a_customer(
    world: World, bia: Json, decision: str
):
    hidden, absorbed, other = world.customer("Hidden"), world.customer("Absorbed"), world.customer("Other")
    same = [ask(world, bia, each) for each in (absorbed, hidden, hidden)]
    others = [ask(world, bia, other), ask(world, world.agent("ben", "Caixa"), hidden)]
    world.company.merge(absorbed, hidden)
    decide(world, same[1], decision)
    told = world.service.list_access_requests(world.admin)["data"]
    states = {each["id"]: (each["state"], each["team"], each["decided_by"]) for each in told}
    team = world.team("Vendas") if decision == "granted" else None
    assert {states[each] for each in same} == {(decision, team, world.admin["user_id"])}
    assert {states[each] for each in others} == {("pending", None, None)}


def test_a_team_is_added_by_no_key_that_would_outlive_it(
    world: World, bia: Json, monkeypatch: pytest.MonkeyPatch
):
    asked, keys = world.company.call, []

    def call(method: str, *args: Any, **kwargs: Any) -> Any:
        keys.append(kwargs.get("idempotency"))
        return asked(method, *args, **kwargs)

    monkeypatch.setattr(world.company, "call", call)
    decide(world, ask(world, bia, world.customer("Hidden")))
    assert set(keys) == {None}


def test_what_is_asked_for_while_customers_are_one_is_whom_the_address_belongs_to(world: World, bia: Json):
    holder, survivor = world.customer("Holder", "Suporte"), world.customer("Survivor", "Suporte")
    world.company.merge(holder, survivor)
    request_id = ask(world, bia, holder)
    world.company.undo(holder)
    assert decide(world, request_id)["customer"] == holder
    assert [world.company.sees(bia, each) for each in (holder, survivor)] == [True, False]


def test_a_request_follows_the_customer_into_a_merge(world: World, bia: Json):
    hidden, survivor = world.customer("Hidden"), world.customer("Survivor")
    request_id = ask(world, bia, hidden)
    world.company.merge(hidden, survivor)
    assert decide(world, request_id)["customer"] == survivor
    assert world.company.sees(bia, survivor)


def test_about_who_is_gone_nothing_is_decided(world: World, bia: Json):
    hidden = world.customer("Hidden")
    request_id = ask(world, bia, hidden)
    world.company.delete(hidden)
    for asked in (request_id, str(new_id()), "no id"):
        with pytest.raises(NotFound) as refused:
            decide(world, asked)
        assert refused.value.args == ("access_request_not_found", {})


def test_while_customers_are_away_nothing_is_decided_and_then_it_is(world: World, bia: Json):
    hidden = world.customer("Hidden")
    request_id = ask(world, bia, hidden)
    world.company.down = Unavailable("service_down", {"retry_after": 1})
    with pytest.raises(Unavailable):
        decide(world, request_id)
    world.company.down = None
    assert decide(world, request_id)["state"] == "granted"


def test_a_grant_holds_whatever_somebody_else_decided_meanwhile(world: World, bia: Json):
    """The team was added by then."""
    hidden = world.customer("Hidden")
    request_id = ask(world, bia, hidden)

    def decline() -> None:
        decide(world, request_id, "declined")

    def before_the_update() -> None:
        world.company.meanwhile = decline

    world.company.meanwhile = before_the_update
    assert decide(world, request_id)["state"] == "granted"
    assert world.company.sees(bia, hidden)


@pytest.mark.parametrize(
    ("data", "pointer"),
    [
        ({}, "/decision"),
        ({"decision": "maybe"}, "/decision"),
        ({"decision": "granted", "team": 7}, "/team"),
        ({"decision": "granted", "why": "so"}, "/why"),
    ],
)
def test_wrong_decisions_are_refused(world: World, data: Json, pointer: str):
    with pytest.raises(Invalid) as refused:
        world.service.decide_access_request(world.admin, str(new_id()), data)
    assert problem(refused)[0] == pointer


def test_only_administrators_decide(world: World, bia: Json):
    request_id = ask(world, bia, world.customer("Hidden"))
    with pytest.raises(Forbidden) as refused:
        world.service.decide_access_request(bia, request_id, {"decision": "granted"})
    assert isinstance(refused.value, ServiceError)


def test_a_team_that_is_newer_than_our_copy_of_the_directory_can_be_granted(world: World):
    bia = world.agent("bia", "Vendas", "Caixa")
    request_id = ask(world, bia, world.customer("Hidden"))
    world.run("UPDATE directory_user SET team_ids = '{}'")
    world.run("UPDATE directory_state SET revision = revision - 1")
    assert decide(world, request_id, team=world.team("Caixa"))["state"] == "granted"
