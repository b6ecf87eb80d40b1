"""Conversation events on the database: customers, conversations, messages, each exactly once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from servicekit.clock import utc_now
from services.customers.tests.history.seen import (
    counters,
    customers,
    history,
    parked,
    snapshot,
    the_customer,
    the_only,
)
from services.customers.tests.history.told import a_message, an_event, minutes
from services.customers.tests.outreach.test_requests import start


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


def test_the_same_event_again_changes_nothing(world, connector):
    events = [an_event("started", event_id="e1"), a_message(event_id="e2"), an_event("closed", event_id="e3")]
    connector.send(*events)
    before = snapshot(world)
    connector.send(*events, *events)
    assert snapshot(world) == before


def test_who_comes_back_moved_the_last_interaction_however_events_are_cut(world, connector):
    connector.send(an_event("started", at=minutes(1)), an_event("started", at=minutes(9)))
    assert the_customer(world)["last_interaction_at"] == "2026-03-01T12:09:00Z"


def test_the_same_message_in_another_event_counts_once(world, connector):
    connector.send(a_message(external_id="m1"), a_message(external_id="m1"))
    connector.send(a_message(external_id="m1"), a_message(external_id="m2"))
    assert counters(world) == (1, 2)
    assert the_only(world, "conversation").messages == 2


def test_messages_never_change_the_version(world, connector):
    connector.send(an_event("started", name="Ana"))
    before = the_customer(world)
    connector.send(a_message(at=minutes(1), name="Ana"), an_event("closed", at=minutes(2)))
    after = the_customer(world)
    assert (after["version"], after["updated_at"]) == (before["version"], before["updated_at"])
    assert after["last_interaction_at"] == "2026-03-01T12:01:00Z"


def test_a_time_in_the_future_is_the_time_of_receipt(world, connector):
    before = utc_now()
    connector.send(a_message(at=before + timedelta(days=400)))
    [row] = world.rows("SELECT last_at FROM customer_activity")
    assert before <= row.last_at <= utc_now()


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


@pytest.mark.parametrize("known", [False, True])
def test_a_conversation_that_was_asked_for_answers_the_request(world, connector, known):
    ana = world.create(name="Ana", whatsapp="+5511987654321", teams=[world.team("Vendas")])
    request = start(world, world.admin, ana["id"])
    if known:
        connector.send(an_event("closed", source=request["source"], at=minutes(-1)))
    connector.send(an_event("started", source=request["source"], request_id=request["id"]))
    found = world.service.get_conversation_request(world.admin, request["id"])
    assert (found["state"], found["conversation"]) == ("started", str(the_only(world, "conversation").id))


def test_the_bus_is_told_ids_and_nothing_else(world, connector):
    connector.send(an_event("started", name="Ana Souza"), a_message("secret"))
    connector.send(a_message("secret"))
    customer_id = the_customer(world)["id"]
    told = [(event["type"], event["data"]) for event in world.events()]
    conversation, message = (
        {"customer": customer_id, "team": None, "kind": kind} for kind in ("conversation", "message")
    )
    created = {"id": customer_id, "version": 1, "revision": 1, "kind": "created", "fields": []}
    assert told == [
        ("customers.changed.v1", {"customers": [created]}),
        (
            "interactions.added.v1",
            {"customers": [customer_id], "conversations": 1, "messages": 1, "items": [conversation, message]},
        ),
        (
            "interactions.added.v1",
            {"customers": [customer_id], "conversations": 0, "messages": 1, "items": [message]},
        ),
    ]
