"""Who holds what somebody is typing."""

from __future__ import annotations

from typing import Any

import pytest

from servicekit.errors import Conflict, Duplicate, Forbidden, TooLarge
from servicekit.ids import new_id
from services.customers.tests.world import World

PHONE = "+5511987654321"


def check(world: World, scope: dict[str, Any], *likely: str, **typed: Any) -> dict[str, Any]:
    return world.service.check_duplicates(scope, typed, list(likely))


def exact(answer: dict[str, Any]) -> list[tuple[str, list[str]]]:
    return [(match["customer"]["id"], match["matched_on"]) for match in answer["matches"]]


def exhaust(world: World, agent: dict[str, Any]) -> None:
    world.create(phone="+5511911112222")
    for _ in range(10):
        with pytest.raises(Duplicate):
            world.create(agent, phone="+5511911112222")


def test_who_holds_an_address_is_told_with_the_fields_that_were_typed(world: World):
    ana = world.create(name="Ana", phone=PHONE, email="ana@example.com")
    answer = check(world, world.admin, whatsapp="11 98765-4321", email="ANA@example.com", name="A")
    assert exact(answer) == [(ana["id"], ["email", "whatsapp"])]
    assert answer["matches"][0]["customer"] == world.get(ana["id"])
    assert (answer["likely"], answer["default_region"], answer["masked"]) == ([], "BR", False)


def test_an_absorbed_holder_is_told_as_its_survivor(world: World):
    root, member = world.create(name="Root")["id"], world.create(name="Member", phone=PHONE)["id"]
    world.merge(member, root)
    assert exact(check(world, world.admin, phone=PHONE)) == [(root, ["phone"])]


@pytest.mark.parametrize("typed", [{}, {"phone": None}, {"phone": "119"}, {"email": "maria@"}, {"name": "M"}])
def test_what_is_no_address_yet_matches_nobody(world: World, typed: dict[str, Any]):
    assert check(world, world.admin, **typed)["matches"] == []


def test_likely_ones_are_shown_in_their_order_as_far_as_the_caller_sees_them(world: World):
    bia = world.agent("bia", "Vendas")
    first, second = (world.create(bia, name=name)["id"] for name in ("First", "Second"))
    hidden, nobody = world.create(name="Hidden")["id"], str(new_id())
    answer = check(world, bia, second, hidden, nobody, first, second)
    assert [each["id"] for each in answer["likely"]] == [second, first]


def test_hidden_holders_are_told_to_nobody(world: World):
    bia = world.agent("bia", "Vendas")
    before = check(world, bia, phone=PHONE)
    world.create(name="Hidden", phone=PHONE, teams=[world.team("Suporte")])
    assert check(world, bia, phone=PHONE) == before


def test_from_whom_contact_data_is_hidden_nobody_is_matched_by_it(world: World):
    bia = world.agent("bia", "Vendas")
    mine = world.create(bia, name="Mine", phone=PHONE)["id"]
    world.set(hide_contact_data=True)
    answer = check(world, bia, mine, phone=PHONE)
    assert (answer["matches"], answer["masked"]) == ([], True)
    assert "phone" not in answer["likely"][0]
    assert exact(check(world, world.admin, phone=PHONE)) == [(mine, ["phone"])]


@pytest.mark.parametrize("masked", [False, True])
def test_after_ten_duplicate_answers_nothing_with_contact_data_is_checked(world: World, masked: bool):
    world.set(hide_contact_data=masked)
    bia = world.agent("bia", "Vendas")
    mine = world.create(bia, name="Mine")["id"]
    exhaust(world, bia)
    with pytest.raises(Conflict) as spent:
        check(world, bia, phone="+5511900000001")
    assert spent.value.code == "duplicate_budget_exhausted"
    assert [each["id"] for each in check(world, bia, mine, name="Mine")["likely"]] == [mine]


def test_checking_spends_nothing(world: World):
    bia = world.agent("bia", "Vendas")
    world.create(name="Hidden", phone=PHONE)
    for _ in range(12):
        check(world, bia, phone=PHONE)
    assert world.rows("SELECT * FROM restricted_answer") == []


def test_there_are_bounds(world: World):
    with pytest.raises(TooLarge):
        check(world, world.admin, *[str(new_id())] * 201)
    with pytest.raises(Forbidden):
        check(world, {**world.admin, "role": "connector"}, phone=PHONE)
