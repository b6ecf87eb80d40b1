"""Whatever happened, and whoever asks: a profile counts what that person could list."""

from __future__ import annotations

import random
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from servicekit.clock import to_rfc3339
from servicekit.events.cloudevent import Event
from services.customers.tests.history.seen import check_counts
from services.customers.tests.history.told import (
    Connector,
    a_message,
    a_purchase,
    an_appointment,
    minutes,
)
from services.customers.tests.world import World

Json = dict[str, Any]
EVENTS = 60
TEAMS = ("sales", "support", "legal", None)
PERSONS = [
    {"kind": "whatsapp", "value": "5511987654321"},
    {"kind": "email", "value": "bea@example.com"},
    {"kind": "telegram", "value": "17", "scope": "bot"},
]


def an_event(dice: random.Random, number: int) -> Event:
    """Anything about one of a few things, which change their team, amount and state, in any order."""
    person = dice.randrange(len(PERSONS))
    thing, at = f"{person}-{dice.randrange(6)}", minutes(number)
    more: Json = {"identities": [PERSONS[person]], "at": at}
    if dice.random() < 0.7:
        more["team"] = dice.choice(TEAMS)
    kind = dice.choice(("conversation", "appointment", "purchase", "purchase"))
    if kind == "conversation":
        return a_message(conversation=thing, **more)
    if kind == "appointment":
        what = dice.choice(("scheduled", "scheduled", "cancelled"))
        starts = {"starts_at": to_rfc3339(at)} if what == "scheduled" else {}
        return an_appointment(what, thing, **starts, **more)
    what = dice.choice(("recorded", "recorded", "changed", "cancelled"))
    amount, currency = dice.choice(("0.10", "19.99", "-5", "7")), dice.choice(("EUR", "USD"))
    sum_ = {"amount": amount, "currency": currency} if what == "recorded" else {}
    return a_purchase(what, thing, **sum_, **more)


def counted(items: list[Json]) -> Json:
    """What a profile says of the history that lists these."""
    kinds = Counter(item["kind"] for item in items)
    totals: dict[str, list[Decimal]] = {}
    for item in items:
        if item["kind"] == "purchase" and item["currency"]:
            spent = Decimal(item["amount"] or 0) if item["status"] != "cancelled" else Decimal(0)
            totals.setdefault(item["currency"], []).append(spent)
    return {
        "conversations": kinds["conversation"],
        "appointments": kinds["appointment"],
        "purchases": kinds["purchase"],
        "purchase_totals": [
            {"currency": currency, "amount": sum(spent), "purchases": len(spent)}
            for currency, spent in sorted(totals.items())
        ],
    }


def told(world: World, scope: Json, customer: str) -> Json:
    counters = world.service.get_profile(scope, customer)["counters"]
    for total in counters["purchase_totals"]:
        total["amount"] = Decimal(total["amount"])
    return counters


@pytest.mark.parametrize("seed", range(6))
def test_counters_are_what_the_person_can_list(world: World, seed: int) -> None:
    dice = random.Random(seed)
    people = {"root": world.admin}
    for name, teams in (("one", ["sales"]), ("two", ["sales", "support"]), ("three", TEAMS[:3])):
        people[name] = world.agent(name, *teams)
    events = [an_event(dice, number) for number in range(EVENTS)]
    dice.shuffle(events)
    Connector(world.db).send_in([events[:20], events[20:40], events[40:]])
    first, second, third = (c["id"] for c in world.service.list_customers(world.admin)["data"])
    world.update(first, teams=[world.team(name) for name in TEAMS[:3] if name])
    world.merge(second, into=first)
    check_counts(world)
    for scope in people.values():
        for customer in world.service.visible(scope, [first, third]):
            items = world.service.list_history(scope, customer, limit=200)["data"]
            assert told(world, scope, customer) == counted(items)
