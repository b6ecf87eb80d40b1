"""Creating customers."""

from __future__ import annotations

import pytest

from servicekit.errors import Duplicate, Forbidden, Invalid
from services.customers.tests.world import World


def codes(error: Invalid) -> dict[str, str]:
    return {each["pointer"]: each["code"] for each in error.payload["errors"]}


def test_a_customer_is_created_with_everything_that_was_typed(world: World) -> None:
    sales = world.team("sales")
    customer = world.create(
        name="  Maria Silva ",
        email="Maria@Example.com",
        phone="(11) 98765-4321",
        contact_points=[{"kind": "email", "value": "m@work.com", "label": "work"}],
        tags=["VIP", "new", "vip "],
        teams=[sales],
        status="inactive",
    )
    assert customer["name"] == "Maria Silva"
    assert customer["phone"] == "+5511987654321"
    assert customer["email"] == "Maria@example.com"
    assert customer["whatsapp"] is None
    assert [(p["kind"], p["value"], p["label"], p["primary"]) for p in customer["contact_points"]] == [
        ("email", "Maria@example.com", None, True),
        ("phone", "+5511987654321", None, True),
        ("email", "m@work.com", "work", False),
    ]
    assert (customer["tags"], customer["teams"], customer["status"]) == (["new", "VIP"], [sales], "inactive")
    assert (customer["channel"], customer["version"], customer["assignee"]) == ("manual", 1, None)
    assert world.get(customer["id"]) == customer


def test_the_creation_is_told_once_and_without_contact_data(world: World) -> None:
    customer = world.create(phone="11987654321")
    (event,) = world.events("customers.changed.v1")
    assert (event["subject"], event["revision"]) == (customer["id"], 1)
    assert event["data"] == {
        "customers": [
            {"id": customer["id"], "version": 1, "revision": 1, "kind": "created", "fields": []},
        ]
    }


@pytest.mark.parametrize("name", [None, "", "  ", "+55 11 98765-4321", "a@x.com", "\u200b"])
def test_a_name_is_required_and_an_address_is_none(world: World, name: str | None) -> None:
    with pytest.raises(Invalid) as refusal:
        world.create(name=name)
    assert codes(refusal.value) == {"/name": "required"}


def test_everything_wrong_is_told_at_once(world: World) -> None:
    with pytest.raises(Invalid) as refusal:
        world.create(name="a\x00b", email="no", phone="12", status="gone", tags=[""], teams=["x"], nonsense=1)
    assert codes(refusal.value) == {
        "/name": "invalid_characters",
        "/email": "invalid_email",
        "/phone": "invalid_phone",
        "/status": "invalid_status",
        "/tags/0": "invalid_tag",
        "/teams/0": "invalid_id",
        "/nonsense": "unknown_property",
    }


def test_an_address_that_somebody_holds_is_refused_with_links(world: World) -> None:
    maria = world.create(phone="11987654321")
    with pytest.raises(Duplicate) as refusal:
        world.create(name="Other", whatsapp="+55 11 98765-4321", email="new@x.com")
    address = f"/v1/customers/{maria['id']}"
    assert refusal.value.payload == {
        "matched_on": ["whatsapp"],
        "matches": [
            {
                "id": maria["id"],
                "name": "Maria Silva",
                "matched_on": ["whatsapp"],
                "version": 1,
                "links": {"view": address, "merge": f"{address}/absorb", "update": address},
            }
        ],
        "restricted_match": False,
        "access_request_token": None,
    }


def test_nothing_is_written_when_a_creation_is_refused(world: World) -> None:
    world.create(phone="11987654321")
    before = world.rows("SELECT count(*) FROM identity_key")
    with pytest.raises(Duplicate):
        world.create(phone="11987654321", email="new@x.com", tags=["fresh"])
    assert world.rows("SELECT count(*) FROM identity_key") == before
    assert world.rows("SELECT * FROM tag") == []
    assert len(world.rows("SELECT * FROM customer")) == 1


def test_an_agents_customer_gets_their_only_team(world: World) -> None:
    agent = world.agent("ana", "sales")
    assert world.create(agent)["teams"] == [world.team("sales")]


def test_an_agent_of_several_teams_says_which(world: World) -> None:
    agent = world.agent("ana", "sales", "support")
    with pytest.raises(Invalid) as refusal:
        world.create(agent)
    assert codes(refusal.value) == {"/teams": "team_required"}
    assert world.create(agent, teams=[world.team("support")])["teams"] == [world.team("support")]


def test_an_agent_gives_no_customer_to_another_team_nor_creates_without_one(world: World) -> None:
    with pytest.raises(Forbidden):
        world.create(world.agent("ana", "sales"), teams=[world.team("support")])
    with pytest.raises(Forbidden):
        world.create(world.agent("ben"))


def test_an_administrator_names_known_teams_or_none(world: World) -> None:
    assert world.create()["teams"] == []
    with pytest.raises(Invalid) as refusal:
        world.create(teams=[world.team("sales"), "0193a0b0-0000-7000-8000-000000000000"])
    assert codes(refusal.value) == {"/teams/1": "unknown_team"}


def test_a_team_that_was_made_a_moment_ago_is_known(world: World) -> None:
    fresh = world.unheard_of_team("fresh")
    assert world.create(teams=[fresh])["teams"] == [fresh]
    newer = world.unheard_of_team("newer")
    assert world.service.move_team(world.admin, fresh, to=newer) == {"moved": 1}


def test_an_assignee_is_an_active_user_who_can_see_the_customer(world: World) -> None:
    inside, outside = world.agent("ana", "sales"), world.agent("ben", "support")
    customer = world.create(teams=[world.team("sales")], assignee=inside["user_id"])
    assert customer["assignee"] == inside["user_id"]
    with pytest.raises(Invalid) as refusal:
        world.create(teams=[world.team("sales")], assignee=outside["user_id"])
    assert codes(refusal.value) == {"/assignee": "unknown_user"}


def test_no_assignee_tells_an_agent_of_a_team_that_they_are_not_in(world: World) -> None:
    agent, outside = world.agent("ana", "sales"), world.agent("ben", "support")
    shared = world.create(teams=[world.team("sales"), world.team("support")])
    with pytest.raises(Invalid) as refusal:
        world.update(shared["id"], agent, assignee=outside["user_id"])
    assert codes(refusal.value) == {"/assignee": "unknown_user"}
    assert world.update(shared["id"], agent, assignee=world.admin["user_id"])
    assert world.update(shared["id"], assignee=outside["user_id"])["assignee"] == outside["user_id"]


def test_a_repeated_request_gets_the_first_outcome(world: World) -> None:
    key = {"key": "k1", "hash": "h"}
    first = world.service.create_customer(world.admin, {"name": "A", "phone": "11987654321"}, idempotency=key)
    again = world.service.create_customer(world.admin, {"name": "A", "phone": "11987654321"}, idempotency=key)
    assert again == {**first, "replayed": True}
    assert len(world.events()) == 1


def test_only_an_import_brings_the_date_of_registration(world: World) -> None:
    with pytest.raises(Invalid) as refusal:
        world.create(created_at="2020-01-01T00:00:00Z")
    assert codes(refusal.value) == {"/created_at": "read_only"}
