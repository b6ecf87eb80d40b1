"""The decision itself, without a database: one row after the other against what the ones before left."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from directory.model import Directory
from identity import Identity, normalise
from servicekit.errors import Invalid
from servicekit.ids import new_id
from services.customers.fields.domain.definitions import Definitions
from services.customers.importing.domain.asked import Options, Reader
from services.customers.importing.domain.custom import Custom
from services.customers.importing.domain.deciding import Outcome, Rules, decide
from services.customers.importing.domain.people import People
from services.customers.importing.domain.world import World
from services.customers.registry.domain.contacts import Point
from services.customers.registry.domain.customer import Customer
from services.customers.registry.domain.united import Reached
from services.customers.tests.importing.sheet import row

NOW = datetime(2026, 3, 1, tzinfo=UTC)
MAIL, LINE = "ana@example.com", "+55 11 98765-4321"


def nobody(user: UUID | None, teams: frozenset[UUID]) -> None:
    raise Invalid.at("/assignee", "unknown_user", "nobody works here")


def rules(**options: Any) -> Rules:
    custom = Custom(Definitions(), "refuse", new_id)
    return Rules(Options(**options), People(Directory(), nobody), custom, {}, NOW, new_id)


def a_customer(name: str, *addresses: tuple[str, str]) -> Customer:
    points = tuple(
        Point(new_id(), kind, p.value, p.raw, p.identity, NOW, primary=True)
        for kind, value in addresses
        for p in [normalise(kind, value)]
    )
    id_ = new_id()
    reached = Reached(id_, {id_: points})
    return Customer(id_, name, "manual", "active", "manual", NOW, 1, 1, points=points, reached=reached)


def a_world(*customers: Customer, hidden: str | None = None, **more: Any) -> World:
    """`hidden`: somebody whom the caller does not see has this mail address."""
    holders: dict[Identity, tuple[UUID, ...]] = {}
    for customer in customers:
        for point in customer.points:
            holders[point.identity] = (*holders.get(point.identity, ()), customer.id)
    if hidden:
        holders[normalise("email", hidden).identity] = (new_id(),)
    return World({c.id: c for c in customers}, {c.id: c.id for c in customers}, holders, **more)


def told(rules: Rules, world: World, *rows: Any) -> list[Outcome]:
    reader = Reader()
    return decide(rules, world, [reader.row(each) for each in rows])


def test_what_a_row_made_the_next_one_meets():
    world = a_world()
    first, second, third = told(
        rules(),
        world,
        row(2, "Ana", email=MAIL),
        row(3, "A", email=MAIL, phone=LINE),
        row(4, "B", whatsapp=LINE),
    )
    assert [each.outcome for each in (first, second, third)] == ["created", "merged", "merged"]
    assert first.customer == second.customer == third.customer
    (made,) = world.customers.values()
    assert (made.name, [p.kind for p in made.points]) == ("Ana", ["email", "phone", "whatsapp"])


def test_an_address_that_a_row_added_leads_to_whom_it_was_added_to():
    ana = a_customer("Ana", ("email", MAIL))
    outcomes = told(rules(), a_world(ana), row(2, email=MAIL, phone=LINE), row(3, "X", phone=LINE))
    assert [(each.outcome, each.customer) for each in outcomes] == [("merged", ana.id), ("unchanged", ana.id)]


def test_an_id_counts_more_than_an_address_and_is_not_overruled_by_one():
    ana, bo = a_customer("Ana", ("email", MAIL)), a_customer("Bo", ("phone", LINE))
    [clear, unclear] = told(
        rules(), a_world(ana, bo), row(2, id=str(ana.id)), row(3, id=str(ana.id), phone=LINE)
    )
    assert (clear.outcome, clear.customer) == ("unchanged", ana.id)
    assert (unclear.code, unclear.candidates) == ("two_customers", [ana.id, bo.id])


def test_an_address_that_several_share_is_no_clash_for_whom_the_id_names():
    ana, bo = a_customer("Ana", ("email", MAIL)), a_customer("Bo", ("email", MAIL))
    [same, unclear] = told(
        rules(), a_world(ana, bo), row(2, id=str(bo.id), email=MAIL), row(3, "X", email=MAIL)
    )
    assert (same.outcome, same.customer, unclear.code) == ("unchanged", bo.id, "two_customers")


def test_a_decision_leaves_out_what_another_one_holds():
    ana, bo = a_customer("Ana", ("email", MAIL)), a_customer("Bo", ("phone", LINE))
    world = a_world(ana, bo)
    [decided] = told(rules(), world, row(2, email=MAIL, phone=LINE, target=str(ana.id), tags=["x"]))
    assert (decided.outcome, [w["pointer"] for w in decided.warnings]) == ("merged", ["/phone"])
    assert [p.kind for p in world.customers[ana.id].points] == ["email"]


def test_somebody_hidden_is_told_by_one_word_as_long_as_answers_are_left():
    world = a_world(hidden=MAIL, answers_left=1)
    first, second, free = told(
        rules(), world, row(2, "A", email=MAIL), row(3, "B", phone=LINE), row(4, "No address")
    )
    assert (first.code, second.code, free.outcome) == ("unclear_match", "unclear_match", "created")
    assert ([each.n for each in world.hidden_met], world.exhausted) == ([2], True)


def test_where_duplicates_are_made_nobody_is_met_and_nothing_told_of_hidden_ones():
    ana = a_customer("Ana", ("phone", LINE))
    world = a_world(ana, hidden=MAIL, answers_left=0)
    seen, unseen = told(rules(policy="create"), world, row(2, "A", phone=LINE), row(3, "B", email=MAIL))
    assert (seen.outcome, [w["code"] for w in seen.warnings]) == ("created", ["duplicate_customer"])
    assert (unseen.outcome, unseen.warnings, world.hidden_met) == ("created", [], [])
    assert len(unseen.duplicates.customers) == 1


def test_a_refused_row_leaves_no_trace():
    world = a_world()
    refused, made = told(rules(), world, row(2, None, email=MAIL), row(3, "Ana", email=MAIL))
    assert (refused.code, refused.customer, made.outcome) == ("missing_name", None, "created")
    assert world.made_by == {made.customer: 3}
