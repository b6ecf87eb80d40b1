"""Conversation events on the database: customers, conversations, messages, each exactly once."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from servicekit.clock import utc_now
from services.customers.tests.history.told import (
    ANA,
    SOURCE,
    Connector,
    a_message,
    an_event,
    minutes,
)
from services.customers.tests.world import World

EMAIL = {"kind": "email", "value": "ana@example.com"}
BUSINESS_ID = {"kind": "whatsapp", "scope": "acme-main", "value": "BR.1502576394655843"}


@pytest.fixture
def connector(world: World) -> Connector:
    return Connector(world.db)


def history(world: World, customer_id: str, *kinds: str) -> list[dict]:
    return world.service.list_history(world.admin, customer_id, list(kinds) or None)["data"]


def customers(world: World) -> list[dict]:
    return world.service.list_customers(world.admin, sort="created_at")["data"]


def the_customer(world: World) -> dict:
    [customer] = customers(world)
    return customer


def parked(world: World) -> list[str]:
    return [row.reason for row in world.rows("SELECT reason FROM parked_message ORDER BY id")]


def test_who_writes_first_becomes_a_customer(world, connector):
    connector.send(
        an_event("started", name="Ana Souza", message={"id": "m1", "direction": "inbound", "preview": "Oi!"})
    )
    customer = the_customer(world)
    assert (customer["name"], customer["whatsapp"], customer["channel"]) == (
        "Ana Souza",
        "+5511987654321",
        "whatsapp",
    )
    assert customer["last_interaction_at"] == "2026-03-01T12:00:00Z"
    [conversation] = history(world, customer["id"], "conversation")
    assert (conversation["status"], conversation["messages"], conversation["last_preview"]) == (
        "open",
        1,
        "Oi!",
    )


def test_who_has_no_name_gets_one_that_tells_nothing(world, connector):
    connector.send(an_event("started", name="5511987654321"))
    name = the_customer(world)["name"]
    assert name.startswith("Whatsapp contact ")
    assert not set(name) & set("+@")


def test_the_same_event_again_changes_nothing(world, connector):
    events = [an_event("started", event_id="e1"), a_message(event_id="e2"), an_event("closed", event_id="e3")]
    connector.send(*events)
    before = snapshot(world)
    connector.send(*events, *events)
    assert snapshot(world) == before


def test_the_same_message_in_another_event_counts_once(world, connector):
    connector.send(a_message(external_id="m1"), a_message(external_id="m1"))
    connector.send(a_message(external_id="m1"), a_message(external_id="m2"))
    assert counters(world) == (1, 2)
    assert the_conversation(world).messages == 2


def test_a_message_of_somebody_known_goes_to_their_history(world, connector):
    known = world.create(phone="(11) 98765-4321")
    connector.send(a_message(name="Somebody Else"))
    assert the_customer(world)["id"] == known["id"]
    assert the_customer(world)["name"] == "Maria Silva"
    assert the_customer(world)["version"] == known["version"] + 1  # it gained a WhatsApp address
    assert len(history(world, known["id"], "message")) == 1


def test_messages_never_change_the_version(world, connector):
    connector.send(an_event("started", name="Ana"))
    before = the_customer(world)
    connector.send(a_message(at=minutes(1), name="Ana"), an_event("closed", at=minutes(2)))
    after = the_customer(world)
    assert (after["version"], after["updated_at"]) == (before["version"], before["updated_at"])
    assert after["last_interaction_at"] == "2026-03-01T12:01:00Z"


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


def test_a_time_in_the_future_is_the_time_of_receipt(world, connector):
    before = utc_now()
    connector.send(a_message(at=before + timedelta(days=400)))
    [row] = world.rows("SELECT last_at FROM customer_activity")
    assert before <= row.last_at <= utc_now()


def test_the_first_identity_with_a_holder_decides_and_free_ones_are_added(world, connector):
    ana = world.create(name="Ana", email="ana@example.com")
    other = world.create(name="Bia", phone="+5511987654321")
    connector.send(an_event("started", identities=[BUSINESS_ID, EMAIL, ANA]))
    kinds = {point["kind"] for point in world.get(ana["id"])["contact_points"]}
    assert kinds == {"email", "whatsapp"}
    assert world.get(other["id"])["whatsapp"] is None
    [pair] = world.events("duplicate.detected.v1")
    assert pair["data"]["pairs"] == [[ana["id"], other["id"]]]
    assert len(history(world, ana["id"], "conversation")) == 1


def test_an_address_that_an_event_adds_never_becomes_the_primary_one(world, connector):
    ana = world.create(name="Ana", email="ana@example.com", whatsapp="+5511955550000")
    connector.send(an_event("started", identities=[EMAIL, ANA]))
    assert world.get(ana["id"])["whatsapp"] == "+5511955550000"


def test_a_known_conversation_stays_with_its_customer_and_brings_it_new_addresses(world, connector):
    connector.send(an_event("started", identities=[ANA]))
    ana = the_customer(world)
    connector.send(a_message(identities=[EMAIL]), an_event("closed", identities=[]))
    assert the_customer(world)["id"] == ana["id"]
    assert the_customer(world)["email"] == "ana@example.com"


def test_of_several_holders_the_one_with_the_latest_interaction_gets_it(world, connector):
    world.set(allow_duplicates=True)
    world.create(name="Old", phone="+5511987654321")
    new = world.create(name="New", phone="+5511987654321")
    world.run("UPDATE customer_activity SET last_at = now() WHERE customer_id = :id", id=UUID(new["id"]))
    connector.send(an_event("started"))
    assert len(history(world, new["id"], "conversation")) == 1


def test_what_comes_for_an_absorbed_customer_is_shown_by_the_survivor(world, connector):
    ana, bia = world.create(name="Ana", phone="+5511987654321"), world.create(name="Bia")
    world.merge(ana["id"], into=bia["id"])
    connector.send(an_event("started", name="A"), a_message(at=minutes(1)))
    assert [row.customer_id for row in world.rows("SELECT customer_id FROM interaction")] == [UUID(ana["id"])]
    assert len(history(world, bia["id"], "conversation")) == 1
    assert world.get(bia["id"])["last_interaction_at"] == "2026-03-01T12:01:00Z"
    assert world.service.list_history(world.admin, ana["id"]) == {"moved_to": bia["id"]}


def test_a_message_to_a_deleted_customer_makes_a_new_one_also_in_a_known_conversation(world, connector):
    connector.send(an_event("started", name="Ana"))
    deleted = the_customer(world)
    world.service.delete_customer(world.admin, deleted["id"])
    connector.send(a_message("again", at=minutes(1), external_id="m2"))
    new = the_customer(world)
    assert new["id"] != deleted["id"]
    assert [item["preview"] for item in history(world, new["id"], "message")] == ["again"]


def test_what_names_nobody_stays_with_the_deleted_customer(world, connector):
    connector.send(an_event("started"))
    world.service.delete_customer(world.admin, the_customer(world)["id"])
    connector.send(an_event("closed", identities=[], at=minutes(1)))
    assert customers(world) == []
    assert the_conversation(world).status == "closed"


def test_groups_make_no_customer_and_are_not_parked(world, connector):
    connector.send(an_event("started", identities=[{"kind": "whatsapp", "value": "120363025246125486@g.us"}]))
    assert (customers(world), parked(world)) == ([], [])


def test_an_event_that_names_nobody_is_parked_alone(world, connector):
    connector.send(
        an_event("started", "wa-1"),
        an_event("closed", "wa-2", identities=[]),
        an_event("started", "wa-3", identities=[{"kind": "email", "value": "nobody"}]),
        a_message(conversation="wa-1"),
    )
    assert parked(world) == ["no_identity", "no_identity"]
    assert counters(world) == (1, 1)


@pytest.mark.parametrize(
    "wrong",
    [
        an_event("message"),
        an_event("message", message={"direction": "sideways"}),
        an_event("started", channel="Whats App"),
        an_event("started", "x" * 300),
        an_event("started", started_at="2026-13-45T10:00:00Z"),
        an_event("assigned"),
    ],
)
def test_a_malformed_event_is_parked_and_the_others_recorded(world, connector, wrong):
    connector.send(wrong, an_event("started", "fine"))
    assert len(parked(world)) == 1
    assert len(customers(world)) == 1


def test_the_bus_is_told_ids_and_nothing_else(world, connector):
    connector.send(an_event("started", name="Ana Souza"), a_message("secret"))
    connector.send(a_message("secret"))
    customer_id = the_customer(world)["id"]
    told = [(event["type"], event["data"]) for event in world.events()]
    created = {"id": customer_id, "version": 1, "revision": 1, "kind": "created", "fields": []}
    assert told == [
        ("customers.changed.v1", {"customers": [created]}),
        ("interactions.added.v1", {"customers": [customer_id], "conversations": 1, "messages": 1}),
        ("interactions.added.v1", {"customers": [customer_id], "conversations": 0, "messages": 1}),
    ]


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


def counters(world) -> tuple[int, int]:
    [row] = world.rows("SELECT sum(conversations) AS c, sum(messages) AS m FROM customer_activity")
    return row.c, row.m


def the_conversation(world):
    [row] = world.rows("SELECT * FROM interaction")
    return row


def snapshot(world) -> list:
    tables = ("customer", "contact_point", "customer_activity", "interaction", "message", "change", "outbox")
    return [sorted(map(str, world.rows(f"SELECT * FROM {table}"))) for table in tables]
