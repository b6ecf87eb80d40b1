"""One person from everywhere at once: one customer, and nothing of what was said is lost."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from servicekit.clock import utc_now
from servicekit.errors import Duplicate
from servicekit.testing.databases import empty
from services.customers.tables import metadata
from services.customers.tests.history.seen import check_counts
from services.customers.tests.history.told import (
    Connector,
    a_message,
    a_purchase,
    an_appointment,
    an_event,
    an_identification,
    minutes,
)
from services.customers.tests.world import World

DIGITS = ["5511987654321", "551187654321"]
PLACES = ["{}", "{}@s.whatsapp.net", "{}@c.us", "{}:12@s.whatsapp.net", "{}.0:3@s.whatsapp.net"]
LINKS = ["https://wa.me/{}", "wa.me/+{}", "https://api.whatsapp.com/send?phone={}"]
WRITTEN = ["+55 11 98765-4321", "+55 (11) 98765-4321", "+55 11 8765-4321", "+55-11-98765-4321"]
WRITTEN += ["+5511987654321", "+551187654321", "+55.11.98765.4321", "0055 11 98765-4321"]
SPELLINGS = [place.format(digits) for place in PLACES + LINKS for digits in DIGITS]
SPELLINGS += [prefix + number for prefix in ("", "whatsapp:", "\u200e") for number in WRITTEN]
assert len(SPELLINGS) == 40
ROUNDS = 3


def a_batch(thread: int, dice: random.Random) -> list:
    """Messages of the one person in all spellings, among those of others whom several threads meet."""
    events = [
        a_message(
            conversation=f"wa-{dice.randrange(3)}",
            external_id=f"m-{thread}-{number}",
            identities=[{"kind": "whatsapp", "value": spelling}],
        )
        for number, spelling in enumerate(dice.sample(SPELLINGS, 5))
    ]
    others = [f"55119765{dice.randrange(20):05}" for _ in range(10)]
    for other in others:
        identity = {"kind": "whatsapp", "value": other}
        events.append(an_event("started", f"other-{other}-{thread}", identities=[identity]))
    dice.shuffle(events)
    return events


def create(world: World, spelling: str) -> str | None:
    try:
        return world.create(name="Ana", whatsapp=spelling)["id"]
    except Duplicate as refused:
        [match] = refused.payload["matches"]
        return match["id"]


def test_creates_and_events_of_one_person_make_one_customer_with_every_message(world):
    dice = random.Random(7)
    threads = 8
    for _ in range(ROUNDS):
        batches = [a_batch(thread, dice) for thread in range(threads)]
        start = Barrier(2 * threads)

        def send(batch: list, start: Barrier = start) -> None:
            start.wait()
            Connector(world.db).send(*batch)

        def type_in(spelling: str, start: Barrier = start) -> str | None:
            start.wait()
            return create(world, spelling)

        with ThreadPoolExecutor(2 * threads) as pool:
            sent = [pool.submit(send, batch) for batch in batches]
            typed = [pool.submit(type_in, spelling) for spelling in dice.sample(SPELLINGS, threads)]
            for each in sent:
                each.result()
            ids = {each.result() for each in typed}
        holders = world.rows("SELECT customer_id FROM identity_holder WHERE value = '+5511987654321'")
        assert [str(row.customer_id) for row in holders] == list(ids)
        [customer_id] = ids
        told = world.service.list_history(world.admin, customer_id, ["message"], limit=200)["data"]
        expected = {
            e.data["message"]["id"] for batch in batches for e in batch if e.type == "conversation.message.v1"
        }
        assert {item["external_id"] for item in told} == expected
        assert world.rows("SELECT value FROM identity_holder GROUP BY space, value HAVING count(*) > 1") == []
        assert world.rows("SELECT reason, detail FROM parked_message") == []
        empty(world.db, (name for name in metadata.tables if not name.startswith("directory")))


def test_two_batches_with_the_same_new_conversation_agree_on_its_customer(world):
    """Their identities differ, so that no identity makes one wait for the other."""
    for round_number in range(5):
        start = Barrier(2)

        def send(kind: str, value: str, start: Barrier = start, number: int = round_number) -> None:
            events = [
                a_message(
                    conversation=f"c-{number}-{n}", at=minutes(n), identities=[{"kind": kind, "value": value}]
                )
                for n in range(20)
            ]
            start.wait()
            Connector(world.db).send(*events)

        with ThreadPoolExecutor(2) as pool:
            one = pool.submit(send, "email", f"a{round_number}@example.com")
            two = pool.submit(send, "phone", f"+55113333444{round_number}")
            one.result(), two.result()
        [row] = world.rows(
            "SELECT count(DISTINCT customer_id) AS owners, sum(messages) AS messages FROM interaction "
            "WHERE external_id LIKE :like",
            like=f"c-{round_number}-%",
        )
        assert (row.owners, row.messages) == (1, 40)


def test_what_names_nobody_waits_for_the_start_that_another_replica_is_writing(world):
    now = utc_now()
    start = Barrier(2)

    def begin() -> None:
        start.wait()
        Connector(world.db).send(an_event("started", "wa-9", at=now))

    def go_on() -> None:
        start.wait()
        Connector(world.db).send(a_message(conversation="wa-9", at=now, identities=[]))

    with ThreadPoolExecutor(2) as pool:
        for each in [pool.submit(go_on), pool.submit(begin)]:
            each.result()
    assert world.rows("SELECT messages FROM interaction") == [(1,)]


def test_what_names_nobody_is_waited_for_once_and_then_parked(world):
    connector = Connector(world.db)
    connector.send(*(a_message(conversation="wa-9", at=utc_now(), identities=[]) for _ in range(3)))
    assert world.rows("SELECT reason FROM parked_message") == [("no_identity",)] * 3


def test_replicas_that_tell_of_the_same_things_at_once_count_them_once(world):
    people = [{"kind": "whatsapp", "value": f"55119876500{number:02}"} for number in range(4)]
    for round_number in range(ROUNDS):
        dice = random.Random(round_number)
        start = Barrier(6)

        def send(seed: int, start: Barrier = start, number: int = round_number) -> None:
            dice = random.Random(seed)
            events = [something(dice, people, f"{number}-{seed}-{each}") for each in range(20)]
            start.wait()
            Connector(world.db).send(*events)

        with ThreadPoolExecutor(6) as pool:
            for each in [pool.submit(send, dice.randrange(1_000)) for _ in range(6)]:
                each.result()
        check_counts(world)
        assert world.rows("SELECT reason, detail FROM parked_message") == []
    assert len(world.service.list_customers(world.admin)["data"]) == len(people)


def something(dice: random.Random, people: list, event_id: str):
    """Of few things and few people, so that everybody tells of the same."""
    person, thing = dice.randrange(len(people)), dice.randrange(3)
    said = {"at": minutes(dice.randrange(9)), "identities": [people[person]], "event_id": event_id}
    if dice.random() < 0.3:
        return an_appointment("cancelled", f"a-{person}-{thing}", **said)
    if dice.random() < 0.3:
        return a_message(conversation=f"wa-{person}-{thing}", **said)
    if dice.random() < 0.3:
        return an_identification(**said)
    amount, currency = str(dice.randrange(100)), dice.choice(["BRL", "USD"])
    return a_purchase("recorded", f"p-{person}-{thing}", amount=amount, currency=currency, **said)
