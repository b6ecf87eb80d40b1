"""An agent of two teams, of one, of none, masked and not: the history of one customer, item by item."""

from __future__ import annotations

from typing import Any

import pytest

from servicekit.errors import NotFound
from services.customers.tests.history.seen import the_customer
from services.customers.tests.history.told import (
    Connector,
    a_message,
    a_purchase,
    an_appointment,
    minutes,
)
from services.customers.tests.world import World

Json = dict[str, Any]
NUMBER = "5511987654321"
ALL_KINDS = ["conversation", "appointment", "purchase", "message", "change"]
PEOPLE = {"both": ("sales", "support"), "one": ("sales",), "legal": ("legal",)}

# What happened, each thing by its kind and the team that it belongs to (changes: what changed), and who of
# the administrator, the agent of two teams, the agent of one and the agent of another one finds it.
TABLE = """
                         root   both   one    legal
    conversation sales   sees   sees   sees   -
    conversation support sees   sees   -      -
    conversation legal   sees   -      -      sees
    conversation nobody  sees   sees   sees   sees
    appointment sales    sees   sees   sees   -
    appointment support  sees   sees   -      -
    appointment legal    sees   -      -      sees
    appointment nobody   sees   sees   sees   sees
    purchase sales       sees   sees   sees   -
    purchase support     sees   sees   -      -
    purchase legal       sees   -      -      sees
    purchase nobody      sees   sees   sees   sees
    message sales        sees   sees   sees   -
    message support      sees   sees   -      -
    message legal        sees   -      -      sees
    message nobody       sees   sees   sees   sees
    change created       sees   sees   sees   sees
    change +support      sees   sees   -      -
    change +legal        sees   -      -      sees
    change status        sees   sees   sees   sees
    change email         sees   sees   sees   sees
"""


def expected(person: str) -> set[str]:
    head, *lines = TABLE.strip().splitlines()
    column = head.split().index(person)
    rows = [line.split() for line in lines]
    return {f"{kind} {of}" for kind, of, *marks in rows if marks[column] == "sees"}


@pytest.fixture
def customer(world: World) -> str:
    """Somebody of whom each team, and nobody, has one of each kind. Much of it could tell the number."""
    connector = Connector(world.db)
    for number, team in enumerate(("sales", "support", "legal", None)):
        if team:
            world.team(team)
        name, link = team or "nobody", f"https://wa.me/{NUMBER}"
        more = {"team": team, "url": link, "at": minutes(number)}
        connector.send(a_message(name, conversation=f"{NUMBER}-{number}", external_id=f"{NUMBER}", **more))
        appointment = {"title": name, "starts_at": "2026-03-02T12:00:00Z", "location": link}
        connector.send(an_appointment("scheduled", f"{NUMBER}-{number}", **appointment, **more))
        bought = {"title": name, "amount": "10.10", "currency": "EUR"}
        connector.send(a_purchase("recorded", f"{NUMBER}-{number}", **bought, **more))
    customer = the_customer(world)["id"]
    world.update(customer, status="inactive")
    world.update(customer, email="ana@example.com")
    return customer


def shown(world: World, scope: Json, customer: str, kinds: list[str] = ALL_KINDS) -> list[Json]:
    page = world.service.list_history(scope, customer, kinds, limit=200)
    assert not page["more"]
    return page["data"]


def named(world: World, items: list[Json]) -> set[str]:
    """As the table names them."""
    teams = {id_: name for name, id_ in world.teams.items()}

    def change(item: Json) -> str:
        if item["field"] != "teams":
            return item["field"]
        return "+" + "".join(teams[id_] for id_ in {*item["after"]} - {*item["before"]})

    def name(item: Json) -> str:
        written = {"conversation": "last_preview", "message": "preview"}.get(item["kind"], "title")
        return f"{item['kind']} {change(item) if item['kind'] == 'change' else item[written]}"

    found = list(map(name, items))
    assert len(set(found)) == len(found)
    return set(found)


@pytest.mark.parametrize("masked", [False, True], ids=["open", "masked"])
@pytest.mark.parametrize("person", ["root", *PEOPLE])
def test_each_sees_what_belongs_to_their_teams_or_to_none(
    world: World, customer: str, person: str, masked: bool
) -> None:
    world.set(hide_contact_data=masked)
    scope = world.admin if person == "root" else world.agent(person, *PEOPLE[person])
    assert named(world, shown(world, scope, customer)) == expected(person)


@pytest.mark.parametrize("masked", [False, True], ids=["open", "masked"])
@pytest.mark.parametrize("kind", ALL_KINDS)
def test_each_kind_by_itself_is_that_part_of_the_whole(
    world: World, customer: str, kind: str, masked: bool
) -> None:
    world.set(hide_contact_data=masked)
    for person, teams in PEOPLE.items():
        scope = world.agent(person, *teams)
        part = {name for name in expected(person) if name.startswith(f"{kind} ")}
        assert named(world, shown(world, scope, customer, [kind])) == part


@pytest.mark.parametrize("masked", [False, True], ids=["open", "masked"])
def test_who_has_no_team_sees_no_customer_and_so_nothing(world: World, customer: str, masked: bool) -> None:
    world.set(hide_contact_data=masked)
    with pytest.raises(NotFound):
        world.service.list_history(world.agent("none"), customer)
    with pytest.raises(NotFound):
        world.service.get_profile(world.agent("none"), customer)


@pytest.mark.parametrize("person", PEOPLE)
def test_no_item_tells_a_masked_agent_the_number(world: World, customer: str, person: str) -> None:
    scope = world.agent(person, *PEOPLE[person])
    clear = {item["id"]: item for item in shown(world, scope, customer)}
    assert NUMBER in str(clear)
    world.set(hide_contact_data=True)
    hidden = shown(world, scope, customer)
    told = str([hidden, world.service.get_profile(scope, customer)])
    assert NUMBER not in told
    assert "ana@example.com" not in told
    for item in hidden:
        left_out = item.pop("masked", [])
        assert item == {name: value for name, value in clear[item["id"]].items() if name not in left_out}


def test_administrators_are_never_masked(world: World, customer: str) -> None:
    before = shown(world, world.admin, customer)
    world.set(hide_contact_data=True)
    assert shown(world, world.admin, customer) == before


def test_a_place_that_is_no_link_is_shown_to_everybody(world: World) -> None:
    agent = world.agent("one", "sales")
    world.set(hide_contact_data=True)
    appointment = {"starts_at": "2026-03-02T12:00:00Z", "location": "Room 1", "team": "sales"}
    Connector(world.db).send(an_appointment("scheduled", **appointment))
    [item] = shown(world, agent, the_customer(world)["id"], ["appointment"])
    assert (item["location"], item["masked"]) == ("Room 1", ["external_id", "url"])


def test_the_items_say_what_their_kind_is_about(world: World, customer: str) -> None:
    sales = world.team("sales")
    items = {item["kind"]: item for item in shown(world, world.admin, customer) if item.get("team") == sales}
    common = {
        "channel": "whatsapp",
        "source": "/channels/whatsapp/acme-main",
        "external_id": f"{NUMBER}-0",
        "url": f"https://wa.me/{NUMBER}",
        "team": sales,
    }
    told = {kind: {k: v for k, v in item.items() if k not in ("id", "kind")} for kind, item in items.items()}
    assert told == {
        "conversation": {
            **common,
            "at": "2026-03-01T12:00:00Z",
            "status": "open",
            "request_id": None,
            "assignee": None,
            "messages": 1,
            "last_message_at": "2026-03-01T12:00:00Z",
            "last_preview": "sales",
        },
        "appointment": {
            **common,
            "at": "2026-03-02T12:00:00Z",
            "status": "scheduled",
            "title": "sales",
            "ends_at": None,
            "location": f"https://wa.me/{NUMBER}",
        },
        "purchase": {
            **common,
            "at": "2026-03-01T12:00:00Z",
            "status": "recorded",
            "title": "sales",
            "amount": "10.10",
            "currency": "EUR",
        },
    }
