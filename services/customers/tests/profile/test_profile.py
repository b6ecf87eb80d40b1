"""The profile: what a page about a customer shows first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from servicekit.clock import to_rfc3339, utc_now
from servicekit.errors import Forbidden, NotFound
from servicekit.scope import CONNECTOR, Scope
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
ANA = {"name": "Ana Souza", "whatsapp": "+5511987654321"}
BEA = {"kind": "email", "value": "bea@example.com"}


@pytest.fixture
def connector(world: World) -> Connector:
    return Connector(world.db)


def profile(world: World, customer: str, scope: Json | None = None) -> Json:
    return world.service.get_profile(scope or world.admin, customer)


def in_days(number: float) -> str:
    return to_rfc3339(utc_now() + timedelta(days=number))


def test_of_somebody_new_there_is_nothing_to_tell(world: World) -> None:
    customer = world.create(**ANA)
    assert profile(world, customer["id"]) == {
        "customer": customer,
        "counters": {"conversations": 0, "appointments": 0, "purchases": 0, "purchase_totals": []},
        "latest": {"conversations": [], "appointments": [], "upcoming_appointments": [], "purchases": []},
        "requests": [],
    }


def test_the_customer_is_told_as_everywhere(world: World) -> None:
    agent = world.agent("bia", "sales")
    customer = world.create(agent, **ANA, tags=["vip"])["id"]
    for _ in range(2):
        for scope in (world.admin, agent):
            assert profile(world, customer, scope)["customer"] == world.get(customer, scope)
        world.set(hide_contact_data=True)


def test_the_latest_five_of_each_kind_are_those_of_the_history(world: World, connector: Connector) -> None:
    for number in range(7):
        connector.send(
            a_message(conversation=f"c-{number}", at=minutes(number)),
            an_appointment("scheduled", f"a-{number}", starts_at=to_rfc3339(minutes(number))),
            a_purchase("recorded", f"p-{number}", amount="1", currency="EUR", at=minutes(number)),
        )
    customer = the_customer(world)["id"]
    latest = profile(world, customer)["latest"]
    for kind in ("conversation", "appointment", "purchase"):
        listed = world.service.list_history(world.admin, customer, [kind], limit=5)["data"]
        assert latest[f"{kind}s"] == listed
        assert len(listed) == 5
    assert latest["upcoming_appointments"] == []


def test_upcoming_are_appointments_that_stand_soonest_first(world: World, connector: Connector) -> None:
    for name, days in (("past", -1), ("late", 9), ("soon", 0.1), ("off", 2), ("next", 1)):
        connector.send(an_appointment("scheduled", name, starts_at=in_days(days), title=name))
    connector.send(an_appointment("cancelled", "off", at=utc_now()))
    customer = the_customer(world)["id"]
    upcoming = profile(world, customer)["latest"]["upcoming_appointments"]
    assert [item["title"] for item in upcoming] == ["soon", "next", "late"]
    for number in range(5):
        starts_at = in_days(0.2 + number / 10)
        connector.send(an_appointment("scheduled", f"more-{number}", starts_at=starts_at, title=str(number)))
    upcoming = profile(world, customer)["latest"]["upcoming_appointments"]
    assert [item["title"] for item in upcoming] == ["soon", "0", "1", "2", "3"]


def test_requests_are_the_latest_five_that_one_may_see(world: World) -> None:
    agent, other = world.agent("bia", "sales"), world.agent("caio", "support")
    teams = [world.team("sales"), world.team("support")]
    customer = world.create(**ANA, teams=teams)["id"]
    wanted = {"channel": "whatsapp", "source": "/channels/whatsapp/acme-main"}
    ask = world.service.start_conversation
    made = [ask(agent, customer, {**wanted, "message": str(n)}, None)["request"] for n in range(6)]
    assert profile(world, customer, agent)["requests"] == made[:0:-1]
    assert profile(world, customer, other)["requests"] == []
    world.set(hide_contact_data=True)
    assert all("contact_point" not in each for each in profile(world, customer, agent)["requests"])


def test_a_merged_customer_is_told_with_what_all_its_members_had(world: World, connector: Connector) -> None:
    survivor, absorbed = world.create(**ANA), world.create(name="Bea", email="bea@example.com")
    connector.send(a_purchase("recorded", "p-1", amount="10.20", currency="EUR", title="Ana's"))
    bought = {"amount": "0.15", "currency": "EUR", "title": "Bea's", "at": minutes(1)}
    connector.send(a_purchase("recorded", "p-2", identities=[BEA], **bought))
    world.merge(absorbed["id"], into=survivor["id"])
    told = profile(world, survivor["id"])
    assert [item["title"] for item in told["latest"]["purchases"]] == ["Bea's", "Ana's"]
    totals = [{"currency": "EUR", "amount": "10.35", "purchases": 2}]
    assert (told["counters"]["purchases"], told["counters"]["purchase_totals"]) == (2, totals)
    assert profile(world, absorbed["id"]) == {"moved_to": survivor["id"]}


def test_who_may_not_see_the_customer_is_told_that_there_is_none(world: World) -> None:
    customer = world.create(teams=[world.team("sales")])["id"]
    refusals = []
    for scope, asked in (
        (world.agent("caio", "support"), customer),
        (world.agent("none"), customer),
        (world.admin, "0193b1de-0000-7000-8000-000000000000"),
        (world.admin, "not an id"),
    ):
        with pytest.raises(NotFound) as refusal:
            profile(world, asked, scope)
        refusals.append(refusal.value.args)
    assert len(set(map(str, refusals))) == 1
    with pytest.raises(Forbidden):
        profile(world, customer, Scope(world.admin["user_id"], CONNECTOR).dump())


def test_a_purchase_in_no_known_currency_is_counted_and_in_no_total(
    world: World, connector: Connector
) -> None:
    connector.send(a_purchase("cancelled", "p-1"))
    customer = the_customer(world)["id"]
    counters = profile(world, customer)["counters"]
    assert (counters["purchases"], counters["purchase_totals"]) == (1, [])
    connector.send(a_purchase("recorded", "p-2", amount="7", currency="EUR"))
    counters = profile(world, customer)["counters"]
    assert counters["purchases"] == 2
    assert counters["purchase_totals"] == [{"currency": "EUR", "amount": "7", "purchases": 1}]
