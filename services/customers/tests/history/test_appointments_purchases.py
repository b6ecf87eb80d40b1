"""Appointments and purchases on the database: whose they are, what is known of them, what they count for."""

from __future__ import annotations

from decimal import Decimal

import pytest

from servicekit.clock import to_rfc3339
from services.customers.tests.history.seen import customers, history, parked, snapshot, the_customer, the_only
from services.customers.tests.history.told import ANA, a_purchase, an_appointment, an_event, minutes

BIA = {"kind": "email", "value": "bia@example.com"}
NEXT_YEAR = "2027-03-01T14:00:00-03:00"
SOLD = {"amount": "199.90", "currency": "BRL"}


def test_an_appointment_is_kept_at_its_time_which_may_be_far_ahead(world, connector):
    connector.send(
        an_appointment(
            "scheduled",
            starts_at=NEXT_YEAR,
            ends_at="2027-03-01T14:30:00-03:00",
            title="Fitting",
            location="A",
        )
    )
    row = the_only(world, "appointment")
    assert (to_rfc3339(row.at), row.status) == ("2027-03-01T17:00:00Z", "scheduled")
    assert row.body == {"title": "Fitting", "location": "A", "ends_at": "2027-03-01T17:30:00Z"}


def test_an_appointment_is_no_interaction(world, connector):
    connector.send(an_appointment("scheduled", starts_at=NEXT_YEAR))
    assert the_customer(world)["last_interaction_at"] is None


def test_what_a_change_does_not_say_stays_and_an_empty_text_takes_away(world, connector):
    connector.send(an_appointment("scheduled", starts_at=NEXT_YEAR, title="Fitting", location="A"))
    connector.send(an_appointment("changed", at=minutes(1), identities=[], location="", title=None))
    row = the_only(world, "appointment")
    assert (to_rfc3339(row.at), row.body) == ("2027-03-01T17:00:00Z", {"title": "Fitting"})


@pytest.mark.parametrize("reverse", [False, True])
def test_the_latest_that_was_said_holds_in_any_order(world, connector, reverse):
    events = [
        an_appointment("scheduled", starts_at=NEXT_YEAR, title="Fitting"),
        an_appointment("changed", at=minutes(2), starts_at="2027-04-01T10:00:00Z"),
        an_appointment("cancelled", at=minutes(3)),
        an_appointment("changed", at=minutes(4), title="Second fitting"),
    ]
    connector.send_in([each] for each in (reversed(events) if reverse else events))
    row = the_only(world, "appointment")
    assert (to_rfc3339(row.at), row.status, row.body["title"]) == (
        "2027-04-01T10:00:00Z",
        "cancelled",
        "Second fitting",
    )


def test_who_cancelled_may_schedule_again_and_a_change_may_say_the_status(world, connector):
    connector.send(
        an_appointment("cancelled"), an_appointment("scheduled", at=minutes(1), starts_at=NEXT_YEAR)
    )
    assert the_only(world, "appointment").status == "scheduled"
    connector.send(an_appointment("changed", at=minutes(2), status="cancelled"))
    assert the_only(world, "appointment").status == "cancelled"


def test_a_purchase_is_the_last_interaction_and_cancelling_it_is_none(world, connector):
    connector.send(a_purchase("recorded", **SOLD, bought_at="2026-03-01T11:00:00Z", at=minutes(5)))
    connector.send(a_purchase("cancelled", bought_at="2026-03-01T11:30:00Z", at=minutes(9)))
    assert the_customer(world)["last_interaction_at"] == "2026-03-01T11:00:00Z"
    assert the_only(world, "purchase").status == "cancelled"


def test_a_purchase_without_a_time_is_at_its_events(world, connector):
    connector.send(a_purchase("recorded", **SOLD, at=minutes(5)))
    assert the_only(world, "purchase").at == minutes(5)
    assert the_customer(world)["last_interaction_at"] == "2026-03-01T12:05:00Z"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("199.90", "199.90"),
        ("007.5", "7.5"),
        ("-12", "-12"),
        ("-0", "0"),
        (199.9, "199.9"),
        (0.1 + 0.2, "0.3"),
        (12, "12"),
        ("999999999999999.9999", "999999999999999.9999"),
    ],
)
def test_an_amount_is_exact(world, connector, said, kept):
    connector.send(a_purchase("recorded", amount=said, currency="brl"))
    assert the_only(world, "purchase").body == {"amount": kept, "currency": "BRL"}


@pytest.mark.parametrize(
    "wrong",
    [
        a_purchase("recorded"),
        a_purchase("recorded", amount="1"),
        a_purchase("recorded", amount=None, currency="BRL"),
        a_purchase("recorded", amount="1,50", currency="BRL"),
        a_purchase("recorded", amount="1e3", currency="BRL"),
        a_purchase("recorded", amount="1.00001", currency="BRL"),
        a_purchase("recorded", amount=1e15, currency="BRL"),
        a_purchase("recorded", amount=True, currency="BRL"),
        a_purchase("recorded", amount="1", currency="R$"),
        an_appointment("scheduled"),
        an_appointment("scheduled", starts_at=None),
        an_appointment("scheduled", starts_at="tomorrow"),
        an_appointment("changed", starts_at="2026-02-30T10:00:00Z"),
        an_appointment("changed", status="maybe"),
    ],
)
def test_what_cannot_be_recorded_is_parked_and_the_others_recorded(world, connector, wrong):
    connector.send(wrong, a_purchase("recorded", "fine", **SOLD))
    assert len(parked(world)) == 1
    assert the_only(world, "purchase").external_id == "fine"


def test_totals_are_kept_by_currency_without_what_was_cancelled(world, connector):
    connector.send(
        a_purchase("recorded", "p-1", amount="199.90", currency="BRL"),
        a_purchase("recorded", "p-2", amount="0.1", currency="BRL"),
        a_purchase("recorded", "p-3", amount="5", currency="USD"),
        a_purchase("recorded", "p-4", amount="-9.95", currency="BRL"),
    )
    connector.send(a_purchase("cancelled", "p-2", at=minutes(1)))
    connector.send(a_purchase("changed", "p-1", at=minutes(1), amount="179.90", currency="USD"))
    assert totals(world) == {"BRL": (2, Decimal("-9.95")), "USD": (2, Decimal("184.90"))}


def test_an_amount_counts_when_its_currency_is_known(world, connector):
    connector.send(a_purchase("changed", amount="7"))
    assert totals(world) == {"": (1, 0)}
    connector.send(a_purchase("recorded", **SOLD, at=minutes(-1)))
    assert totals(world) == {"BRL": (1, 7)}


def test_the_same_event_again_changes_nothing(world, connector):
    events = [
        a_purchase("recorded", **SOLD),
        a_purchase("cancelled", at=minutes(1)),
        an_appointment("scheduled", starts_at=NEXT_YEAR),
        an_event("started"),
    ]
    connector.send(*events)
    before = snapshot(world)
    connector.send(*events, *events)
    connector.send_in([each] for each in events)
    assert snapshot(world) == before


def test_an_appointment_and_a_purchase_may_have_the_id_of_a_conversation(world, connector):
    place = {"source": "/channels/whatsapp/acme-main"}
    connector.send(
        an_event("started", "1", **place),
        a_purchase("recorded", "1", **SOLD, **place),
        an_appointment("scheduled", "1", starts_at=NEXT_YEAR, **place),
    )
    kinds = [row.kind for row in world.rows("SELECT kind FROM interaction ORDER BY kind")]
    assert kinds == ["appointment", "conversation", "purchase"]


def test_it_stays_with_its_customer_whatever_later_events_say(world, connector):
    connector.send(a_purchase("recorded", **SOLD))
    ana = the_customer(world)
    bia = world.create(name="Bia", email="bia@example.com")
    connector.send(a_purchase("changed", at=minutes(1), customer=bia["id"], identities=[], title="Shoes"))
    [item] = history(world, ana["id"], "purchase")
    assert item["kind"] == "purchase"
    assert len(customers(world)) == 2


def test_the_customer_that_an_event_names_beats_its_addresses(world, connector):
    world.create(name="Ana", phone="+5511987654321")
    bia = world.create(name="Bia")
    connector.send(a_purchase("recorded", **SOLD, customer=bia["id"], identities=[ANA, BIA]))
    assert len(history(world, bia["id"], "purchase")) == 1
    assert world.get(bia["id"])["email"] == "bia@example.com"
    [pair] = world.events("duplicate.detected.v1")
    assert pair["data"]["pairs"][0][0] == bia["id"]


def test_what_names_an_absorbed_customer_is_the_survivors(world, connector):
    ana, bia = world.create(name="Ana"), world.create(name="Bia")
    world.merge(ana["id"], into=bia["id"])
    connector.send(a_purchase("recorded", **SOLD, customer=ana["id"], identities=[]))
    assert len(history(world, bia["id"], "purchase")) == 1
    assert world.get(bia["id"])["last_interaction_at"] == "2026-03-01T12:00:00Z"


@pytest.mark.parametrize("unknown", ["018f2a54-0000-7000-8000-00000000dead", "42", "deleted"])
def test_an_unknown_customer_is_refused_unless_an_address_tells_who_it_is(world, connector, unknown):
    if unknown == "deleted":
        unknown = world.create(name="Ana")["id"]
        world.service.delete_customer(world.admin, unknown)
    connector.send(a_purchase("recorded", "p-1", **SOLD, customer=unknown, identities=[]))
    assert (parked(world), customers(world)) == (["unknown_customer"], [])
    connector.send(a_purchase("recorded", "p-2", **SOLD, customer=unknown, identities=[ANA]))
    assert len(history(world, the_customer(world)["id"], "purchase")) == 1


def test_what_names_nobody_is_parked(world, connector):
    connector.send(a_purchase("cancelled", identities=[]), an_appointment("changed", identities=[]))
    assert parked(world) == ["no_identity", "no_identity"]


def test_what_is_bought_by_a_deleted_customer_makes_a_new_one(world, connector):
    connector.send(a_purchase("recorded", **SOLD))
    deleted = the_customer(world)["id"]
    world.service.delete_customer(world.admin, deleted)
    connector.send(a_purchase("changed", at=minutes(1), amount="1"))
    assert the_customer(world)["id"] != deleted
    assert world.rows("SELECT count(*) FROM interaction") == [(2,)]


def test_the_bus_is_told_what_is_new_or_changed(world, connector):
    sales = world.team("sales")
    connector.send(a_purchase("recorded", **SOLD, team="sales"))
    connector.send(an_appointment("scheduled", starts_at=NEXT_YEAR))
    connector.send(an_appointment("cancelled", at=minutes(1)), an_appointment("changed", at=minutes(-1)))
    told = [event["data"]["items"] for event in world.events("interactions.added.v1")]
    customer = the_customer(world)["id"]
    appointment = {"customer": customer, "team": None, "kind": "appointment"}
    assert told == [[{"customer": customer, "team": sales, "kind": "purchase"}], [appointment], [appointment]]


def totals(world) -> dict[str, tuple[int, Decimal]]:
    rows = world.rows("SELECT currency, items, amount FROM history_count WHERE items > 0")
    return {row.currency: (row.items, row.amount) for row in rows}
