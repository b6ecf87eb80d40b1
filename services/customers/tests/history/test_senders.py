"""Whose it is: whoever holds an address, the customer of a known conversation, or somebody new."""

from __future__ import annotations

from uuid import UUID

from services.customers.tests.history.seen import customers, history, parked, the_customer, the_only
from services.customers.tests.history.told import ANA, a_message, an_event, minutes

EMAIL = {"kind": "email", "value": "ana@example.com"}
BUSINESS_ID = {"kind": "whatsapp", "scope": "acme-main", "value": "BR.1502576394655843"}


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
    assert the_only(world, "conversation").status == "closed"


def test_groups_make_no_customer_and_are_not_parked(world, connector):
    connector.send(an_event("started", identities=[{"kind": "whatsapp", "value": "120363025246125486@g.us"}]))
    assert (customers(world), parked(world)) == ([], [])


def test_a_message_of_somebody_known_goes_to_their_history(world, connector):
    known = world.create(phone="(11) 98765-4321")
    connector.send(a_message(name="Somebody Else"))
    assert the_customer(world)["id"] == known["id"]
    assert the_customer(world)["name"] == "Maria Silva"
    assert the_customer(world)["version"] == known["version"] + 1  # it gained a WhatsApp address
    assert len(history(world, known["id"], "message")) == 1
