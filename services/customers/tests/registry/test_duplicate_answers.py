"""What somebody is told who would make a second record, and how often."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from servicekit.errors import Conflict, Duplicate, Forbidden
from services.customers.registry.duplicates import hash_of
from services.customers.tests.registry.test_identity_under_concurrency import at_once
from services.customers.tests.world import World


def refused(world: World, scope: dict[str, Any], **data: Any) -> dict[str, Any]:
    with pytest.raises(Duplicate) as refusal:
        world.create(scope, **data)
    return refusal.value.payload


def test_a_hidden_match_is_told_by_the_field_that_was_typed_and_nothing_else(world: World) -> None:
    world.create(phone="11987654321", teams=[world.team("support")])
    told = refused(world, world.agent("ana", "sales"), whatsapp="11987654321")
    token = told.pop("access_request_token")
    assert told == {"matched_on": ["whatsapp"], "matches": [], "restricted_match": True}
    assert len(token) >= 43
    (row,) = world.rows("SELECT token_hash, matched_on FROM restricted_answer")
    assert (bytes(row.token_hash), row.matched_on) == (hash_of(token), ["whatsapp"])


def test_the_answer_is_the_same_whatever_the_hidden_record_holds(world: World) -> None:
    support = world.team("support")
    world.create(name="A", phone="11987654321", email="a@x.com", tags=["vip"], teams=[support])
    world.create(name="B" * 200, whatsapp="11987654322")
    agent = world.agent("ana", "sales")
    answers = [refused(world, agent, phone=phone) for phone in ("11987654321", "11987654322")]
    for answer in answers:
        answer["access_request_token"] = len(answer["access_request_token"])
    assert answers[0] == answers[1]


def test_visible_and_hidden_matches_are_told_together(world: World) -> None:
    agent = world.agent("ana", "sales")
    mine = world.create(agent, email="mine@x.com")
    world.create(phone="11987654321")
    told = refused(world, agent, email="mine@x.com", phone="11987654321")
    assert told["matched_on"] == ["email", "phone"]
    assert [(m["id"], m["matched_on"]) for m in told["matches"]] == [(mine["id"], ["email"])]
    assert told["restricted_match"]


def test_after_ten_answers_nothing_with_contact_data_is_answered(world: World) -> None:
    agent = world.agent("ana", "sales")
    mine = world.create(agent, email="mine@x.com")
    world.create(phone="11987654321")
    for _ in range(10):
        refused(world, agent, phone="11987654321")
    for attempt in (
        lambda: world.create(agent, phone="11987654321"),
        lambda: world.create(agent, phone="11900000001"),
        lambda: world.update(mine["id"], agent, email="other@x.com"),
        lambda: world.service.absorb_customer(agent, mine["id"], {"email": "other@x.com"}),
    ):
        with pytest.raises(Conflict) as spent:
            attempt()
        assert spent.value.code == "duplicate_budget_exhausted"
        assert 3500 < spent.value.payload["retry_after"] <= 3600
    assert world.create(agent, name="Without an address")
    assert world.update(mine["id"], agent, name="Renamed")["name"] == "Renamed"


def test_the_budget_comes_back_after_an_hour_and_is_each_agents_own(world: World) -> None:
    agent, colleague = world.agent("ana", "sales"), world.agent("ben", "sales")
    world.create(phone="11987654321")
    for _ in range(10):
        refused(world, agent, phone="11987654321")
    refused(world, colleague, phone="11987654321")
    world.run("UPDATE restricted_answer SET answered_at = answered_at - :hour", hour=timedelta(hours=1))
    refused(world, agent, phone="11987654321")


def test_parallel_probes_learn_ten_answers_and_not_one_more(world: World) -> None:
    agent = world.agent("ana", "sales")
    known = [f"1198765{number:04}" for number in range(30)]
    for phone in known:
        world.create(phone=phone)
    probes = [*known, *(f"1197765{number:04}" for number in range(30))]
    outcomes = at_once([lambda phone=phone: world.create(agent, phone=phone) for phone in probes])
    kinds = [type(outcome) for outcome in outcomes]
    assert kinds.count(Duplicate) == 10
    assert kinds.count(Duplicate) + kinds.count(Conflict) + kinds.count(dict) == 60
    # Whoever was not refused before the tenth answer was told nothing by what came after.
    assert {kind for kind in kinds[:30] if kind is not Duplicate} == {Conflict}


def test_administrators_have_no_budget(world: World) -> None:
    world.create(phone="11987654321")
    for _ in range(12):
        assert not refused(world, world.admin, phone="11987654321")["restricted_match"]
    assert world.rows("SELECT * FROM restricted_answer") == []


def test_agents_without_contact_data_spend_their_budget_on_visible_matches_too(world: World) -> None:
    world.set(hide_contact_data=True)
    agent = world.agent("ana", "sales")
    mine = world.create(agent, phone="11987654321")
    for _ in range(10):
        told = refused(world, agent, whatsapp="11987654321")
        assert told["matched_on"] == ["whatsapp"]
        assert [match["id"] for match in told["matches"]] == [mine["id"]]
        assert told["access_request_token"] is None
    with pytest.raises(Conflict):
        world.create(agent, phone="11900000001")


def test_to_learn_that_a_masked_customer_has_an_address_costs_an_answer(world: World) -> None:
    world.set(hide_contact_data=True)
    agent = world.agent("ana", "sales")
    mine = world.create(agent, phone="11987654321")

    def absorb(**data: str) -> int:
        return int(world.service.absorb_customer(agent, mine["id"], data)["customer"]["version"])

    assert absorb(phone="11900000001") == 2  # it was nobody's: nothing is told of who holds what
    assert [absorb(whatsapp="11987654321", email=f"{n}@x.com") for n in range(10)] == list(range(3, 13))
    with pytest.raises(Conflict):
        absorb(phone="11987654321")
    assert {tuple(row.matched_on) for row in world.rows("SELECT matched_on FROM restricted_answer")} == {
        ("whatsapp",)
    }


def test_a_key_stays_free_when_the_answer_was_a_refusal(world: World) -> None:
    agent, key = world.agent("ana", "sales"), {"key": "k", "hash": "h"}
    hidden = world.create(phone="11987654321")
    for _ in range(2):
        with pytest.raises(Duplicate):
            world.service.create_customer(agent, {"name": "A", "phone": "11987654321"}, idempotency=key)
    world.service.delete_customer(world.admin, hidden["id"])
    made = world.service.create_customer(agent, {"name": "A", "phone": "11987654321"}, idempotency=key)
    assert not made["replayed"]


def test_a_refused_probe_leaves_only_its_record(world: World) -> None:
    world.create(phone="11987654321")
    tables = ("customer", "contact_point", "identity_key", "identity_holder", "change", "outbox", "tag")
    before = [world.rows(f"SELECT * FROM {table}") for table in tables]
    refused(world, world.agent("ana", "sales"), phone="11987654321", email="fresh@x.com", tags=["t"])
    assert [world.rows(f"SELECT * FROM {table}") for table in tables] == before


def test_duplicates_pass_with_a_warning_while_the_setting_is_on(world: World) -> None:
    world.set(allow_duplicates=True)
    agent = world.agent("ana", "sales")
    mine = world.create(agent, phone="11987654321")
    hidden = world.create(phone="11987654321")
    made = world.service.create_customer(agent, {"name": "Third", "phone": "11987654321"})
    (warning,) = made["warnings"]
    assert (warning["code"], warning["matched_on"]) == ("duplicate_customer", ["phone"])
    assert [match["id"] for match in warning["matches"]] == [mine["id"]]
    event = world.events("duplicate.detected.v1")[-1]["data"]
    assert event["decision"] == "undecided"
    assert sorted(pair[1] for pair in event["pairs"]) == sorted([mine["id"], hidden["id"]])
    slots = world.rows("SELECT slot FROM identity_holder ORDER BY slot")
    assert [row.slot for row in slots] == [0, 1, 2]


def test_hidden_duplicates_give_no_warning(world: World) -> None:
    world.set(allow_duplicates=True)
    world.create(phone="11987654321")
    made = world.service.create_customer(world.agent("ana", "sales"), {"name": "A", "phone": "11987654321"})
    assert made["warnings"] == []


def test_any_holder_blocks_once_the_setting_is_off_again(world: World) -> None:
    world.set(allow_duplicates=True)
    first, second = world.create(phone="11987654321"), world.create(phone="11987654321")
    world.set(allow_duplicates=False)
    world.service.delete_customer(world.admin, first["id"])
    assert [m["id"] for m in refused(world, world.admin, phone="11987654321")["matches"]] == [second["id"]]
    assert [row.slot for row in world.rows("SELECT slot FROM identity_holder")] == [0]


def test_an_administrator_makes_a_duplicate_knowingly_and_it_is_remembered(world: World) -> None:
    first = world.create(phone="11987654321")
    made = world.service.create_customer(
        world.admin, {"name": "Family", "phone": "11987654321"}, allow_duplicate=True
    )
    pair = sorted([first["id"], made["customer"]["id"]])
    (row,) = world.rows("SELECT first_id, second_id FROM allowed_duplicate")
    assert [str(row.first_id), str(row.second_id)] == pair
    assert world.events("duplicate.detected.v1")[-1]["data"]["decision"] == "allowed"


def test_agents_may_not_make_duplicates_knowingly(world: World) -> None:
    with pytest.raises(Forbidden):
        world.service.create_customer(
            world.agent("ana", "sales"), {"name": "A", "phone": "11987654321"}, allow_duplicate=True
        )
