"""What events change about customers: names, teams, assignees, origins."""

from __future__ import annotations

import pytest

from services.customers.tests.history.seen import customers, history, parked, the_customer
from services.customers.tests.history.told import SOURCE, a_message, an_event, minutes


def test_who_has_no_name_gets_one_that_tells_nothing(world, connector):
    connector.send(an_event("started", name="5511987654321"))
    name = the_customer(world)["name"]
    assert name.startswith("Whatsapp contact ")
    assert not set(name) & set("+@")


def test_the_first_real_name_replaces_an_automatic_one(world, connector):
    connector.send(an_event("started"))
    connector.send(a_message(at=minutes(5), name="Ana Souza"))
    connector.send(a_message(at=minutes(7), name="Anita"))
    assert the_customer(world)["name"] == "Ana Souza"
    connector.send(a_message(at=minutes(3), name="Ana"))
    assert the_customer(world)["name"] == "Ana"


def test_a_name_that_a_person_wrote_stays(world, connector):
    connector.send(an_event("started"))
    world.update(the_customer(world)["id"], name="Ana S.")
    connector.send(a_message(name="Ana Souza"))
    assert the_customer(world)["name"] == "Ana S."


@pytest.mark.parametrize("reverse", [False, True])
def test_the_latest_assignment_holds_unless_somebody_assigned_by_hand_since(world, connector, reverse):
    bia, caio = world.agent("bia", "sales"), world.agent("caio", "sales")
    events = [
        an_event("assigned", "wa-1", at=minutes(1), assignee={"id": bia["user_id"]}),
        an_event("assigned", "wa-2", at=minutes(2), assignee={"id": caio["user_id"]}),
    ]
    connector.send_in([each] for each in (reversed(events) if reverse else events))
    customer = the_customer(world)
    assert customer["assignee"] == caio["user_id"]
    world.update(customer["id"], teams=[world.team("sales")], assignee=bia["user_id"])
    connector.send(an_event("assigned", "wa-3", at=minutes(3), assignee={"id": caio["user_id"]}))
    assert the_customer(world)["assignee"] == bia["user_id"]


@pytest.mark.parametrize("reverse", [False, True])
def test_the_origin_is_the_channel_of_the_first_conversation(world, connector, reverse):
    events = [
        an_event("started", "wa-1", at=minutes(2)),
        an_event("started", "sms-1", at=minutes(1), channel="sms", source="/channels/sms/acme"),
    ]
    connector.send_in([each] for each in (reversed(events) if reverse else events))
    assert the_customer(world)["channel"] == "sms"


def test_the_origin_of_who_was_there_before_stays(world, connector):
    world.create(phone="+5511987654321")
    connector.send(an_event("started"))
    assert the_customer(world)["channel"] == "manual"


def test_a_customer_gains_the_team_of_the_event_by_id_or_name(world, connector):
    sales, support = world.team("Vendas São Paulo"), world.team("support")
    connector.send(
        an_event("started", "wa-1", team="VENDAS SAO PAULO"), an_event("started", "wa-2", team=support)
    )
    assert sorted(the_customer(world)["teams"]) == sorted([sales, support])


def test_without_a_team_the_source_decides_then_the_channel_then_the_default(world, connector):
    a, b, c = (world.team(name) for name in "abc")
    world.set(channel_teams={SOURCE: a, "telegram": b}, default_team=c)
    for number, source in enumerate([SOURCE, "/channels/telegram/x", "/channels/sms/x"]):
        who = [{"kind": "phone", "value": f"+55119876500{number:02}"}]
        channel = source.split("/")[2]
        connector.send(an_event("started", f"c{number}", source=source, channel=channel, identities=who))
    assert [each["teams"] for each in customers(world)] == [[a], [b], [c]]


def test_a_team_that_was_taken_away_does_not_come_back_with_the_next_message(world, connector):
    sales = world.team("sales")
    connector.send(an_event("started", team="sales"))
    world.update(the_customer(world)["id"], teams=[])
    connector.send(a_message(team="sales"))
    assert the_customer(world)["teams"] == []
    connector.send(an_event("started", "wa-2", team="sales"))
    assert the_customer(world)["teams"] == [sales]


def test_an_unknown_team_is_counted_and_the_event_recorded(world, connector):
    connector.send(an_event("started", team="Nobody's"), a_message(team="Nobody's"))
    [unknown] = world.service.list_unknown_teams(world.admin)["data"]
    assert (unknown["name"], unknown["source"], unknown["events"]) == ("Nobody's", SOURCE, 2)
    assert (the_customer(world)["teams"], parked(world)) == ([], [])


def test_what_an_event_changes_is_kept_in_the_history_of_changes(world, connector):
    sales = world.team("sales")
    connector.send(an_event("started"))
    connector.send(an_event("started", "wa-2", name="Ana", team="sales", at=minutes(1)))
    changes = {c["field"]: c for c in history(world, the_customer(world)["id"], "change")}
    assert (changes["name"]["after"], changes["name"]["origin"], changes["name"]["by"]) == (
        "Ana",
        "event",
        None,
    )
    assert (changes["teams"]["before"], changes["teams"]["after"]) == ([], [sales])
