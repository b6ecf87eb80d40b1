"""Whom somebody is told of while they type."""

from __future__ import annotations

from typing import Any

import pytest

from servicekit.errors import Conflict, Forbidden, Invalid, Unavailable
from services.dedup.tests.check.office import check, index_everybody, told
from services.dedup.tests.world import World

Json = dict[str, Any]
PHONE, NEAR = "+5511987654321", "+5511987654322"


@pytest.fixture
def bia(world: World) -> Json:
    return world.agent("bia", "Vendas")


def test_who_holds_a_typed_address_is_exact_and_who_is_called_alike_is_likely(world: World):
    exact = world.customer("Someone Else", phone=PHONE, email="else@example.com")
    near = world.customer("Maria Silva", phone=NEAR)
    named = world.customer("Maria Silva")
    world.customer("Pedro Alvarez")
    index_everybody(world)
    matches = check(world, world.admin, name="Maria Silva", whatsapp=PHONE)
    assert told(matches) == [(exact, "exact"), (near, "likely"), (named, "likely")]
    assert (matches[0]["matched_on"], matches[0]["reasons"]) == (["whatsapp"], [{"code": "same_line"}])
    assert {reason["code"] for reason in matches[1]["reasons"]} == {"close_phone", "similar_name"}
    assert matches[2]["reasons"] == [{"code": "similar_name", "score": 100}]
    assert 100 == matches[0]["score"] > matches[1]["score"] > matches[2]["score"] > 0
    assert world.company.calls == ["check_duplicates"] * len(world.company.calls)


def test_a_match_is_the_customer_as_the_caller_may_see_it_with_what_to_do(world: World):
    ana = world.customer("Ana", email="ana@example.com")
    [match] = check(world, world.admin, email="ANA@example.com")
    address = f"/v1/customers/{ana}"
    assert match == {
        **world.company.message(world.admin, ana),
        "matched_on": ["email"],
        "certainty": "exact",
        "score": 100,
        "reasons": [{"code": "same_email"}],
        "links": {"view": address, "merge": f"{address}/absorb", "update": address},
    }


def test_one_question_is_enough_once_the_region_is_known(world: World):
    world.customer("Maria Silva", phone=PHONE)
    index_everybody(world)
    check(world, world.admin, name="Maria Silva", phone=PHONE)
    world.company.calls.clear()
    check(world, world.admin, name="Maria Silva", phone=PHONE)
    assert world.company.calls == ["check_duplicates"]


def test_another_region_reads_numbers_anew(world: World):
    near = world.customer("Maria Silva", phone="+351912345678")
    index_everybody(world)
    for region, is_close in (("BR", False), ("PT", True), ("BR", False)):
        world.company.default_region = region
        [match] = check(world, world.admin, name="Maria Silva", phone="912 345 679")
        assert match["id"] == near
        assert ("close_phone" in {reason["code"] for reason in match["reasons"]}) == is_close


@pytest.mark.parametrize(
    "typed",
    [{}, {"name": None, "phone": ""}, {"name": "Nobody Atall"}, {"email": "maria@"}, {"phone": "119"}],
)
def test_of_too_little_nothing_is_told(world: World, typed: Json):
    world.customer("Maria Silva", email="maria@example.com", phone=PHONE)
    index_everybody(world)
    assert check(world, world.admin, **typed) == []


def test_without_an_address_and_without_anybody_alike_nobody_is_asked(world: World):
    assert check(world, world.admin, name="Maria Silva") == []
    assert world.company.calls == []


def test_an_absorbed_customer_is_told_as_its_survivor_and_once(world: World):
    old, new = world.customer("Maria Silva", phone=PHONE), world.customer("Maria da Silva")
    index_everybody(world)
    world.company.merge(old, new)
    assert told(check(world, world.admin, name="Maria da Silva", phone=PHONE)) == [(new, "exact")]


def test_agents_are_told_of_whom_they_see_only(world: World, bia: Json):
    mine = world.customer("Maria Silva", "Vendas")
    world.customer("Maria Silva", "Suporte", phone=PHONE)
    index_everybody(world)
    assert told(check(world, bia, name="Maria Silva", phone=PHONE)) == [(mine, "likely")]


@pytest.mark.parametrize("typed", [{"phone": PHONE}, {"name": "Maria Silva"}, {"name": "M", "phone": NEAR}])
def test_an_agents_answer_is_the_same_whatever_a_hidden_record_holds(world: World, bia: Json, typed: Json):
    world.customer("Maria Silveira", "Vendas", phone="+5511900000000")
    index_everybody(world)
    before = check(world, bia, **typed)
    hidden = world.customer("Maria Silva", "Suporte", phone=PHONE, email="maria@example.com")
    for twin in (None, {"name": "M"}, {"email": "m@example.com"}):
        if twin:
            world.company.edit(hidden, **twin)
        index_everybody(world)
        assert check(world, bia, **typed) == before


def test_the_hidden_ones_take_nobodys_place(world: World, bia: Json):
    for _ in range(30):
        world.customer("Maria Silva", "Suporte")
    mine = world.customer("Maria Silvia", "Vendas")
    index_everybody(world)
    assert told(check(world, bia, name="Maria Silva")) == [(mine, "likely")]
    assert len(told(check(world, world.admin, name="Maria Silva"))) == 10


def test_from_whom_contact_data_is_hidden_names_alone_are_compared(world: World, bia: Json):
    world.customer("Someone Else", "Vendas", phone=PHONE)
    world.customer("Mariana Silvestre", "Vendas", phone=NEAR, email="msilva.77@example.com")
    mine = world.customer("Maria Silva", "Vendas", phone=NEAR)
    index_everybody(world)
    world.company.hide_contact_data = True
    for _ in range(2):  # the first one learns that it is so
        [match] = check(world, bia, name="Maria Silva", phone=PHONE, email="msilva.77@gmail.com")
        assert (match["id"], match["reasons"]) == (mine, [{"code": "similar_name", "score": 100}])
        assert match["score"] == check(world, bia, name="Maria Silva")[0]["score"]
        assert "phone" not in match
    assert len(check(world, world.admin, name="Maria Silva", phone=PHONE)) > 1


def test_after_ten_duplicate_answers_contact_data_is_not_checked(world: World, bia: Json):
    mine = world.customer("Maria Silva", "Vendas")
    index_everybody(world)
    world.company.exhausted.add(bia["user_id"])
    for masked in (False, True):
        world.company.hide_contact_data = masked
        with pytest.raises(Conflict, match="duplicate_budget_exhausted"):
            check(world, bia, name="Maria Silva", phone=PHONE)
        assert told(check(world, bia, name="Maria Silva")) == [(mine, "likely")]


@pytest.mark.parametrize(
    ("typed", "pointer", "code"),
    [
        ({"tags": []}, "/tags", "unknown_property"),
        ({"name": 7}, "/name", "invalid_type"),
        ({"phone": ["1"]}, "/phone", "invalid_type"),
        ({"email": "a" * 1001}, "/email", "too_long"),
    ],
)
def test_what_no_form_can_hold_is_refused(world: World, typed: Json, pointer: str, code: str):
    with pytest.raises(Invalid) as refused:
        check(world, world.admin, **typed)
    assert [(e["pointer"], e["code"]) for e in refused.value.payload["errors"]] == [(pointer, code)]


def test_connectors_check_nothing(world: World, bia: Json):
    with pytest.raises(Forbidden):
        check(world, {**bia, "role": "connector"}, name="Maria Silva")


def test_while_customers_are_away_a_check_says_so(world: World):
    world.company.down = Unavailable("service_down", {"retry_after": 1})
    with pytest.raises(Unavailable):
        check(world, world.admin, phone=PHONE)
