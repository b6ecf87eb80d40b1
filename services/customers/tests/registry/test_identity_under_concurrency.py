"""One live holder for each identity, whoever comes at once."""

from __future__ import annotations

import itertools
import random
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest

from identity import normalise
from servicekit.clock import utc_now
from servicekit.database import UnitOfWork
from servicekit.errors import Duplicate
from servicekit.ids import new_id
from services.customers.registry.arrivals import Arrivals, get_or_create_many
from services.customers.registry.domain.contacts import Point, settled
from services.customers.registry.domain.customer import NewCustomer
from services.customers.registry.repository import Author
from services.customers.tests.world import World

SPELLINGS = [
    f"{prefix}{number}"
    for prefix in ("", "+55", "+55 ", "0055", "55")
    for number in ("11987654321", "(11) 98765-4321", "11 98765 4321", "11.98765.4321")
]
KINDS = ("phone", "whatsapp")


def at_once(works: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run all behind one barrier; what they raise is their outcome."""
    barrier, outcomes = threading.Barrier(len(works)), [None] * len(works)

    def run(position: int) -> None:
        barrier.wait()
        try:
            outcomes[position] = works[position]()
        except Exception as error:
            outcomes[position] = error

    threads = [threading.Thread(target=run, args=(position,)) for position in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def someone(*addresses: tuple[str, str]) -> NewCustomer:
    now = utc_now()
    points = []
    for kind, raw in addresses:
        contact = normalise(kind, raw, lenient=True)
        points.append(Point(new_id(), contact.kind, contact.value, contact.raw, contact.identity, now))
    return NewCustomer(new_id(), "WhatsApp contact k3Xq", "auto", "whatsapp", now, settled(tuple(points)))


def arrive(world: World, *wanted: NewCustomer) -> Arrivals:
    def work(uow: UnitOfWork) -> Arrivals:
        return get_or_create_many(uow.connection, wanted, author=Author(None, "event", utc_now()))

    return world.db.run(work)


def test_two_hundred_creators_of_one_phone_make_one_customer(world: World) -> None:
    spellings = itertools.islice(itertools.cycle(itertools.product(SPELLINGS, KINDS)), 200)
    outcomes = at_once([
        lambda raw=raw, kind=kind: world.create(name="Maria", **{kind: raw}) for raw, kind in spellings
    ])  # fmt: skip
    made = [outcome for outcome in outcomes if isinstance(outcome, dict)]
    refused = [outcome for outcome in outcomes if isinstance(outcome, Duplicate)]
    assert (len(made), len(refused)) == (1, 199)
    assert {error.payload["matches"][0]["id"] for error in refused} == {made[0]["id"]}
    assert len(world.rows("SELECT * FROM customer")) == 1


def test_creators_and_messages_at_once_make_one_customer(world: World) -> None:
    works: list[Callable[[], Any]] = []
    for position in range(60):
        raw, kind = SPELLINGS[position % len(SPELLINGS)], KINDS[position % 2]
        if position % 3:
            works.append(lambda raw=raw, kind=kind: world.create(name="Maria", **{kind: raw}))
        else:
            works.append(lambda: arrive(world, someone(("whatsapp", "5511987654321@s.whatsapp.net"))))
    outcomes = at_once(works)
    assert {type(outcome) for outcome in outcomes} <= {dict, Duplicate, Arrivals}
    assert len(world.rows("SELECT * FROM customer")) == 1


@pytest.mark.parametrize("seed", range(4))
def test_overlapping_addresses_in_all_orders_have_one_owner_each(world: World, seed: int) -> None:
    for number in range(6):
        phone, mail, wa = f"119876543{number}{seed}", f"p{number}@x.com", f"+44 7700 9001{number}{seed}"
        people = [
            {"phone": phone, "email": mail},
            {"email": mail, "whatsapp": wa},
            {"whatsapp": wa, "phone": phone},
        ]
        orders = list(itertools.permutations(people))
        works: list[Callable[[], Any]] = [
            lambda order=order: [_created(world, person) for person in order] for order in orders
        ]
        works += [
            lambda order=order: arrive(world, *(someone(*person.items()) for person in order))
            for order in orders
        ]
        random.Random(seed).shuffle(works)
        outcomes = at_once(works)
        assert [o for o in outcomes if isinstance(o, Exception)] == []
    slots = Counter((row.space, row.value) for row in world.rows("SELECT space, value FROM identity_holder"))
    assert set(slots.values()) == {1}
    assert len(slots) == 18


def _created(world: World, person: dict[str, str]) -> str | None:
    try:
        return str(world.create(name="Somebody", **person)["id"])
    except Duplicate:
        return None


def test_create_delete_restore_and_allow_leave_no_hole_and_no_second_first(world: World) -> None:
    phones = ["11987654321", "11987654322"]

    def life(seed: int) -> None:
        dice = random.Random(seed)
        for _ in range(12):
            try:
                made = world.service.create_customer(
                    world.admin,
                    {"name": "Maria", "phone": dice.choice(phones)},
                    allow_duplicate=dice.random() < 0.5,
                )["customer"]
                world.service.delete_customer(world.admin, made["id"])
                if dice.random() < 0.5:
                    world.service.restore_customer(world.admin, made["id"])
            except Duplicate:
                continue

    assert [o for o in at_once([lambda seed=seed: life(seed) for seed in range(12)]) if o] == []
    rows = world.rows("""
        SELECT space, value, min(slot) AS lowest, count(*) AS holders FROM identity_holder GROUP BY 1, 2""")
    assert {row.lowest for row in rows} <= {0}
    holders = sum(row.holders for row in rows)
    assert holders == world.rows("SELECT count(*) FROM customer WHERE live")[0][0]


def test_edits_that_swap_addresses_leave_one_owner_each(world: World) -> None:
    first, second = world.create(phone="11987654321"), world.create(phone="11987654322")

    def swap(customer_id: str, seed: int) -> None:
        dice = random.Random(seed)
        for _ in range(10):
            try:
                phone = dice.choice(PHONES)
                world.patiently(partial(world.update, customer_id, phone=phone))
            except Duplicate:
                continue

    works = [lambda c=c, s=s: swap(c["id"], s) for s in range(4) for c in (first, second)]
    assert [o for o in at_once(works) if o] == []
    held = world.rows("SELECT value, customer_id FROM identity_holder ORDER BY 1")
    shown = world.rows("SELECT identity AS value, customer_id FROM contact_point ORDER BY 1")
    assert held == shown
    assert len(held) == 2


PHONES = ["11987654321", "11987654322", "11987654323"]
