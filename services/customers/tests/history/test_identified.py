"""Events that say who somebody is: names and addresses, and never a merge."""

from __future__ import annotations

from servicekit.clock import utc_now
from services.customers.tests.history.seen import customers, history, parked, the_customer, the_only
from services.customers.tests.history.told import (
    ANA,
    a_message,
    a_purchase,
    an_appointment,
    an_event,
    an_identification,
    minutes,
)

EMAIL = {"kind": "email", "value": "ana@example.com"}
CRM = "/systems/crm"
SOLD = {"amount": "1", "currency": "BRL"}


def test_who_is_identified_becomes_a_customer_with_nothing_in_the_history(world, connector):
    connector.send(an_identification(name="Ana Souza", identities=[ANA, EMAIL]))
    customer = the_customer(world)
    assert (customer["name"], customer["email"], customer["channel"]) == (
        "Ana Souza",
        "ana@example.com",
        "whatsapp",
    )
    assert customer["last_interaction_at"] is None
    assert {item["kind"] for item in history(world, customer["id"])} == {"change"}
    assert world.events("interactions.added.v1") == []


def test_a_free_address_is_added_and_somebody_elses_stays(world, connector):
    ana, bia = (
        world.create(name="Ana", phone="+5511987654321"),
        world.create(name="Bia", email="bia@example.com"),
    )
    connector.send(an_identification(identities=[ANA, EMAIL, {"kind": "email", "value": "bia@example.com"}]))
    assert world.get(ana["id"])["email"] == "ana@example.com"
    assert world.get(bia["id"])["email"] == "bia@example.com"
    [pair] = world.events("duplicate.detected.v1")
    assert pair["data"]["pairs"] == [[ana["id"], bia["id"]]]


def test_the_customer_it_names_gets_the_addresses(world, connector):
    ana = world.create(name="Ana")
    connector.send(an_identification(customer={"id": ana["id"]}, identities=[EMAIL]))
    assert world.get(ana["id"])["email"] == "ana@example.com"


def test_who_is_in_a_conversation_is_its_customer(world, connector):
    connector.send(an_event("started"))
    connector.send(an_identification(conversation={"id": "wa-1"}, identities=[EMAIL], name="Ana"))
    assert (the_customer(world)["email"], the_customer(world)["name"]) == ("ana@example.com", "Ana")
    assert the_only(world, "conversation").status == "open"


def test_its_name_has_a_time_like_that_of_a_conversation(world, connector):
    connector.send(a_message(name="Anita", at=minutes(5)))
    connector.send(an_identification(name="Ana", at=minutes(3)))
    connector.send(an_identification(name="A.", at=minutes(9)))
    assert the_customer(world)["name"] == "Ana"
    connector.send(an_event("started", "wa-2", name="Ana Souza", at=minutes(1)))
    assert the_customer(world)["name"] == "Ana Souza"


def test_a_name_that_a_person_wrote_stays(world, connector):
    ana = world.create(name="Ana S.", phone="+5511987654321")
    connector.send(an_identification(name="Ana Souza"))
    assert world.get(ana["id"])["name"] == "Ana S."


def test_who_names_nobody_is_parked(world, connector):
    connector.send(an_identification(identities=[], name="Ana"))
    connector.send(an_identification(identities=[], name="Ana", customer={"id": "nobody"}))
    assert (parked(world), customers(world)) == (["no_identity", "unknown_customer"], [])


def test_a_source_gives_its_team_once_however_often_it_tells_of_somebody(world, connector):
    sales = world.team("sales")
    world.set(default_team=sales)
    connector.send(an_identification(source=CRM), an_identification(source=CRM))
    assert the_customer(world)["teams"] == [sales]
    world.update(the_customer(world)["id"], teams=[])
    connector.send(an_identification(source=CRM))
    assert the_customer(world)["teams"] == []
    connector.send(an_identification(source="/systems/erp"))
    assert the_customer(world)["teams"] == [sales]


def test_a_source_that_tells_every_day_leaves_only_what_may_still_matter(world, connector):
    connector.send(an_identification(source=CRM, name="Ana"))
    for day in range(3):
        connector.send(an_identification(source=CRM, name="Ana", at=minutes(day)))
        connector.send(an_identification(source=CRM, at=minutes(day)))
    assert kept(world) == 1
    connector.send(an_identification(source=CRM, name="Ana Souza", at=minutes(-1)))
    connector.send(an_identification(source="/systems/erp", at=minutes(9)))
    assert kept(world) == 3
    assert the_customer(world)["name"] == "Ana Souza"


def test_the_origin_is_the_first_conversation_however_late_it_is_heard_of(world, connector):
    connector.send(a_purchase("recorded", **SOLD, source="/shops/acme", channel="shop"))
    assert the_customer(world)["channel"] == "shop"
    connector.send(an_identification(source="/channels/sms/acme", at=minutes(-1)))
    assert the_customer(world)["channel"] == "sms"
    connector.send(an_event("started", at=minutes(60)))
    assert the_customer(world)["channel"] == "whatsapp"


def test_when_an_appointment_will_be_says_nothing_of_the_origin(world, connector):
    connector.send(a_purchase("recorded", **SOLD, channel="shop"))
    connector.send(
        an_appointment("scheduled", at=minutes(1), starts_at="2020-01-01T10:00:00Z", channel="calendar")
    )
    assert the_customer(world)["channel"] == "shop"


def test_a_conversation_that_began_later_than_was_thought_is_not_the_origin(world, connector):
    connector.send(a_message(conversation="wa-1", at=minutes(2)))
    connector.send(an_event("started", "sms-1", at=minutes(5), channel="sms"))
    assert the_customer(world)["channel"] == "whatsapp"
    connector.send(an_event("started", "wa-1", at=minutes(7)))
    assert the_customer(world)["channel"] == "sms"


def test_accounts_that_talk_to_people_are_known_and_written_once_an_hour(world, connector):
    before = utc_now()
    connector.send(an_event("started"), a_purchase("recorded", **SOLD, source="/shops/acme"))
    [account] = world.rows("SELECT * FROM channel_account")
    assert (account.source, account.channel) == ("/channels/whatsapp/acme-main", "whatsapp")
    assert before <= account.first_seen == account.last_seen <= utc_now()
    connector.send(a_message())
    assert world.rows("SELECT last_seen FROM channel_account") == [(account.last_seen,)]


def kept(world) -> int:
    [row] = world.rows("SELECT count(*) AS n FROM interaction WHERE kind = 'contact'")
    return row.n
