"""A full scan of the index: what it finds, what it takes back, and what stops it."""

from __future__ import annotations

from functools import partial
from itertools import combinations
from typing import Any
from uuid import UUID

import pytest

from servicekit.clock import utc_now
from servicekit.errors import Forbidden, NotFound
from servicekit.jobs import Worker
from services.dedup.domain.score import Likeness
from services.dedup.index import repository as index
from services.dedup.index.news import ask_for_page
from services.dedup.pairs import finding
from services.dedup.pairs import repository as pairs
from services.dedup.pairs.repository import PERSON, Found
from services.dedup.scan import job as work
from services.dedup.scan.candidates import MAX_GROUP
from services.dedup.scan.job import ScanPairs
from services.dedup.tests.following.telling import changed, detected, tell
from services.dedup.tests.world import World

Json = dict[str, Any]
JOBS = Worker(service="dedup", handlers=[ScanPairs])
MARIANA = "Mariana Albuquerque"
_OF_NOBODY = Likeness(90, False, [{"code": "similar_name", "score": 90}])


def indexed(world: World) -> None:
    """All customers, and no pair of them."""
    news, _ = ask_for_page(world.db, partial(world.company.call), None, limit=1_000)
    with world.db.unit_of_work() as uow:
        index.lock(uow.connection)
        index.write(uow.connection, news)


def mariana(world: World, number: int, local: str = "mariana.albuquerque") -> str:
    return world.customer(MARIANA, email=f"{local}@company{number}.test")


def paired(world: World, *ends: str, likeness: Likeness = _OF_NOBODY) -> None:
    """A pair that somebody found before."""
    first, second = sorted(map(UUID, ends))
    with world.db.unit_of_work() as uow:
        pairs.put(uow.connection, [Found(first, second, likeness)], utc_now())


def scanned(world: World) -> Json:
    scan = world.service.start_scan(world.admin)["scan"]
    world.work_off(JOBS)
    return world.service.get_scan(world.admin, scan["id"])["scan"]


def found(world: World) -> set[frozenset[str]]:
    rows = world.rows("SELECT first_id, second_id FROM pair")
    return {frozenset((str(row.first_id), str(row.second_id))) for row in rows}


def test_it_finds_all_who_are_alike_and_groups_them(world: World) -> None:
    one, two, three = (mariana(world, number) for number in range(3))
    rui, lia = (world.customer(name, phone="+5511987654321") for name in ("Rui Prado", "Lia Nunes"))
    mariana(world, 3, local="m.costa")
    indexed(world)
    scan = scanned(world)
    assert scan["status"] == "succeeded"
    assert scan["counts"] == {"customers": 6, "compared": 4, "found": 4, "removed": 0}
    assert found(world) == {*map(frozenset, combinations((one, two, three), 2)), frozenset((rui, lia))}
    clusters = world.rows(
        "SELECT cluster_id, count(*) AS pairs, bool_and(shared) AS exact FROM pair GROUP BY 1"
    )
    assert {(str(row.cluster_id), row.pairs, row.exact) for row in clusters} == {
        (min(one, two, three), 3, False),
        (min(rui, lia), 1, True),
    }
    assert world.rows("SELECT 1 FROM scan_candidate") == []


def test_it_finds_what_is_found_when_customers_change(world: World) -> None:
    for number in range(4):
        mariana(world, number)
        world.customer("Zé Prado", phone=f"+551198765432{number}")
        world.customer("José Prado", email=f"zp{number}@prado.test")
    indexed(world)
    with world.db.reading() as connection:
        ids = set(connection.exec_driver_sql("SELECT customer_id FROM indexed_customer").scalars())
        expected = {each.ends: each.likeness for each in finding.find(connection, ids)}
    scanned(world)
    rows = world.rows("SELECT first_id, second_id, score, shared, reasons FROM pair")
    assert {(row[0], row[1]): Likeness(*row[2:]) for row in rows} == expected
    assert len(expected) >= 18


def test_what_is_no_pair_any_more_goes_and_one_that_is_keeps_its_id(world: World) -> None:
    one, two, other = mariana(world, 1), mariana(world, 2), world.customer("Rui", phone="+5511987654321")
    indexed(world)
    paired(world, one, two)
    paired(world, one, other)
    paired(world, two, "00000000-0000-7000-8000-000000000000")
    (known,) = world.rows(
        "SELECT id, found_at FROM pair WHERE CAST(:one AS uuid) IN (first_id, second_id) "
        "AND CAST(:two AS uuid) IN (first_id, second_id)",
        one=one,
        two=two,
    )
    assert scanned(world)["counts"]["removed"] == 2
    (left,) = world.rows("SELECT id, found_at, score FROM pair")
    assert (left.id, left.found_at) == (known.id, known.found_at)
    assert left.score != _OF_NOBODY.score


def test_what_was_decided_is_no_pair_and_what_was_told_is_one(world: World) -> None:
    one, two = mariana(world, 1), mariana(world, 2)
    rui, lia = world.customer("Rui Prado", email="rp@a.test"), world.customer("Lia Nunes", email="ln@b.test")
    indexed(world)
    paired(world, rui, lia)
    with world.db.unit_of_work() as uow:
        pairs.decide(uow.connection, [(UUID(one), UUID(two))], origin=PERSON, by=None, at=utc_now())
        pairs.tell(uow.connection, [(UUID(rui), UUID(lia))], fields=["email"], at=utc_now())
    scanned(world)
    assert found(world) == {frozenset((rui, lia))}
    (row,) = world.rows("SELECT reasons FROM pair")
    assert row.reasons == [{"code": "told_together"}]


def test_a_placeholder_of_very_many_makes_no_pairs(world: World) -> None:
    for number in range(MAX_GROUP + 1):
        world.customer(f"Rui Prado {chr(97 + number % 26)}{number}", phone="+5511999999999")
    indexed(world)
    assert scanned(world)["counts"]["compared"] == 0


def test_who_changes_while_they_are_compared_is_left_to_whoever_indexes_them(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = mariana(world, 1), mariana(world, 2)
    indexed(world)
    compared = work._compared

    def and_then_somebody_changes(run: Any) -> Any:
        outcome = compared(run)
        world.run(
            """UPDATE indexed_customer SET facts = jsonb_set(facts, '{name}', '"Rui"')
               WHERE customer_id = :id""",
            id=one,
        )
        return outcome

    monkeypatch.setattr(work, "_compared", and_then_somebody_changes)
    assert scanned(world)["counts"] == {"customers": 2, "compared": 1, "found": 0, "removed": 0}
    monkeypatch.undo()
    world.run("TRUNCATE indexed_customer, indexed_record")
    indexed(world)
    scanned(world)
    assert found(world) == {frozenset((one, two))}


def test_who_is_what_they_were_is_paired_though_something_else_of_them_changed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of those the index takes the new revision and makes no pairs."""
    one, two = mariana(world, 1), mariana(world, 2)
    indexed(world)
    compared = work._compared

    def and_then_a_tag_is_added(run: Any) -> Any:
        outcome = compared(run)
        world.company.customers[one].revision += 1
        tell(world, changed(world, one))
        return outcome

    monkeypatch.setattr(work, "_compared", and_then_a_tag_is_added)
    scanned(world)
    assert found(world) == {frozenset((one, two))}


def test_what_is_told_while_they_are_compared_is_left_as_it_was_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    rui, lia = world.customer("Rui Prado", email="rp@a.test"), world.customer("Lia Nunes", email="ln@b.test")
    one, two = mariana(world, 1), mariana(world, 2)
    indexed(world)
    paired(world, rui, lia)
    compared = work._compared

    def and_then_somebody_tells(run: Any) -> Any:
        outcome = compared(run)
        tell(world, detected((rui, lia)), detected((one, two)))
        return outcome

    monkeypatch.setattr(work, "_compared", and_then_somebody_tells)
    assert scanned(world)["counts"]["removed"] == 0
    assert found(world) == {frozenset((rui, lia)), frozenset((one, two))}
    reasons = [reason["code"] for row in world.rows("SELECT reasons FROM pair") for reason in row.reasons]
    assert reasons.count("told_together") == 2


def test_whoever_takes_it_over_goes_on_where_it_was(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [mariana(world, number) for number in range(6)]
    indexed(world)
    monkeypatch.setattr(work, "_STEP", 4)
    plan, write = work._plan, work._write
    read: list[int] = []
    died: list[int] = []

    def planned(*args: Any) -> Any:
        read.append(1)
        return plan(*args)

    def written(run: Any, uow: Any, outcome: Any) -> Any:
        progress = write(run, uow, outcome)
        if run.job.done == 4 and not died:
            died.append(1)
            raise KeyError("the process ends")
        return progress

    monkeypatch.setattr(work, "_plan", planned)
    monkeypatch.setattr(work, "_write", written)
    scan = scanned(world)
    assert (len(died), len(read)) == (1, 1)
    assert scan["counts"] == {"customers": 6, "compared": 15, "found": 15, "removed": 0}
    assert found(world) == set(map(frozenset, combinations(ids, 2)))


def test_it_can_be_cancelled_and_what_it_found_stays(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        mariana(world, number)
    indexed(world)
    monkeypatch.setattr(work, "_STEP", 2)
    compared = work._compared

    def and_then_cancelled(run: Any) -> Any:
        if run.job.done == 2:
            run.cancel_requested.set()  # as the keeper of its lease does when it hears of it
        return compared(run)

    monkeypatch.setattr(work, "_compared", and_then_cancelled)
    scan = scanned(world)
    assert (scan["status"], scan["counts"]["found"]) == ("cancelled", 4)
    assert len(found(world)) == 4
    monkeypatch.undo()
    assert scanned(world)["counts"]["found"] == 6


def test_administrators_start_one_at_a_time(world: World) -> None:
    agent = world.agent("ana", "Sales")
    first = world.service.start_scan(world.admin)["scan"]
    assert world.service.start_scan(world.an_administrator("eva"))["scan"]["id"] == first["id"]
    assert first["counts"] == {"customers": 0, "compared": 0, "found": 0, "removed": 0}
    assert [scan["id"] for scan in world.service.list_scans(world.admin)["data"]] == [first["id"]]
    for forbidden in (
        lambda: world.service.start_scan(agent),
        lambda: world.service.list_scans(agent),
        lambda: world.service.get_scan(agent, first["id"]),
        lambda: world.service.cancel_scan(agent, first["id"]),
    ):
        with pytest.raises(Forbidden):
            forbidden()
    with pytest.raises(NotFound):
        world.service.get_scan(world.admin, "nobody")
