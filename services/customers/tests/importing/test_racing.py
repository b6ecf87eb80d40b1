"""Imports at once, and with people at work."""

from __future__ import annotations

from collections import Counter
from typing import Any

from servicekit.ids import new_id
from services.customers.tests.importing.sheet import Sheets, row
from services.customers.tests.registry.test_identity_under_concurrency import at_once


def test_twenty_imports_of_the_same_people_make_each_once(office: Sheets):
    def people(shift: int) -> list[Any]:
        numbers = [(n + shift) % 5 for n in range(5)]
        return [
            row(place, f"Person {n}", email=f"p{n}@example.com", phone=f"+55 11 98765-000{n}", tags=["new"])
            for place, n in enumerate(numbers, 2)
        ]

    done = at_once([lambda n=n: office.patiently(lambda: office.load(*people(n))) for n in range(20)])
    told = Counter(each["outcome"] for rows in done for each in rows)
    assert told == {"created": 5, "unchanged": 95}
    assert len(office.people()) == 5


def test_one_batch_at_two_workers_takes_effect_once(office: Sheets):
    run, rows = str(new_id()), [row(n, f"Nobody's key {n}") for n in range(2, 12)]
    done = at_once([lambda: office.patiently(lambda: office.load(*rows, run=run))] * 4)
    assert len(office.people()) == 10
    assert len({tuple(each["customer"] for each in answer) for answer in done}) == 1


def test_an_import_beside_creations_edits_and_merges(office: Sheets):
    known = [office.create(name=f"K{n}", email=f"k{n}@example.com")["id"] for n in range(6)]
    rows = [
        row(n, f"K{n}", email=f"k{n}@example.com", phone=f"+55 11 98765-000{n}", tags=["x"]) for n in range(6)
    ]

    def edit(n: int) -> None:
        office.patiently(
            lambda: office.service.update_customer(office.admin, known[n], {"status": "blocked"})
        )

    works = [
        *(lambda: office.patiently(lambda: office.load(*rows)) for _ in range(3)),
        *(lambda: office.patiently(lambda: office.load(*reversed(rows))) for _ in range(3)),
        *(lambda n=n: edit(n) for n in range(3)),
        lambda: office.patiently(lambda: office.merge(known[4], into=known[5])),
    ]
    assert [each for each in at_once(works) if isinstance(each, Exception)] == []
    assert len(office.people()) == 5
    tagged = office.rows("SELECT id FROM customer WHERE live AND tag_ids <> '{}'")
    assert len(tagged) == 5
