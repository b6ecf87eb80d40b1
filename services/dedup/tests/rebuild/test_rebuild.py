"""The index made anew: whatever was in it before, at the end it is as the customers are."""

from __future__ import annotations

import io
from typing import Any

import pytest

from servicekit.database.migrate import migrate
from servicekit.errors import Unavailable
from servicekit.ids import new_id
from servicekit.testing.infrastructure import fresh_database
from servicekit.wire import RemoteFailure
from services.dedup.rebuild import __main__ as command
from services.dedup.rebuild import job, starting
from services.dedup.scan import job as scan_work
from services.dedup.tests.following.telling import as_it_is, changed, index, pairs, tell
from services.dedup.tests.pairs.people import sharing
from services.dedup.tests.world import World
from services.dedup.worker import JOBS


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "PAGE", 3)


def rebuild(world: World) -> None:
    world.db.run(starting.start)
    world.work_off(JOBS)


def test_everybody_is_in_the_index_and_every_pair_is_found(world: World):
    line = "+5511987654321"
    a, b = world.customer("Rui Prado", phone=line), world.customer("Lia Nunes", phone=line)
    for number in range(5):
        world.customer(f"Number {number}", email=f"number{number}@acme{number}.test")
    world.company.merge(world.customer("Old"), into=a)
    rebuild(world)
    assert index(world) == as_it_is(world)
    assert pairs(world).keys() == {frozenset((a, b))}
    done = {row.kind: (row.status, row.done) for row in world.rows("SELECT * FROM job")}
    assert done["rebuild_index"] == ("succeeded", 7)
    assert done["scan_pairs"][0] == "succeeded"


def test_what_was_missed_is_mended(world: World):
    a, b = sharing(world)
    stray = world.customer("Stray", phone="+5511987654321")
    tell(world, changed(world, stray))
    for customer in (b, stray):
        world.company.delete(customer)
    world.company.edit(a, name="Somebody Else")
    world.company.merge(world.customer("Old"), into=a)
    rebuild(world)
    assert index(world) == as_it_is(world)
    assert pairs(world) == {}


def test_who_changes_while_it_is_done_is_as_it_was_told_last(world: World):
    ids = sorted(world.customer(f"Number {number}") for number in range(7))

    def others_do() -> None:
        world.company.delete(ids[0])
        world.company.edit(ids[5], name="Changed")
        late = world.customer("Late")
        tell(world, changed(world, ids[0], kind="deleted"), changed(world, ids[5], late))

    world.company.meanwhile = others_do
    rebuild(world)
    assert index(world) == as_it_is(world)
    [row] = world.rows("SELECT name FROM indexed_customer WHERE customer_id = :id", id=ids[5])
    assert row.name == "Changed"


def test_a_page_that_was_asked_before_an_event_does_not_undo_it(world: World):
    ids = [world.customer(f"Number {number}") for number in range(2)]
    asked = world.company.call

    def call(method: str, *args: Any, **kwargs: Any) -> Any:
        answer = asked(method, *args, **kwargs)
        if method == "pages_for_matching":
            world.company.call = asked  # type: ignore[method-assign]
            world.company.delete(ids[0])
            world.company.edit(ids[1], name="Changed")
            tell(world, changed(world, ids[0], kind="deleted"), changed(world, ids[1]))
        return answer

    world.company.call = call  # type: ignore[method-assign]
    rebuild(world)
    assert index(world) == as_it_is(world)
    assert [row.name for row in world.rows("SELECT name FROM indexed_customer")] == ["Changed"]


def test_it_is_started_once(world: World):
    assert world.db.run(starting.start) == world.db.run(starting.start)


def test_it_goes_on_where_it_was_stopped(world: World):
    ids = sorted(world.customer(f"Number {number}") for number in range(7))
    job_id = world.db.run(starting.start)
    world.run(
        "UPDATE job SET state = jsonb_build_object('after', CAST(:after AS text)), done = 3 WHERE id = :id",
        after=ids[2],
        id=job_id,
    )
    world.work_off(JOBS)
    assert index(world).keys() == set(ids[3:])
    [row] = world.rows("SELECT done FROM job WHERE id = :id", id=job_id)
    assert row.done == 7


def test_it_waits_for_a_customers_service_that_can_answer(world: World):
    job_id = world.db.run(starting.start)
    ana = world.customer("Ana")
    world.company.down = RemoteFailure("reference")
    world.work_off(JOBS)
    [row] = world.rows("SELECT status, attempts FROM job WHERE id = :id", id=job_id)
    assert (row.status, row.attempts) == ("running", 0)
    world.company.down = None
    world.run("UPDATE job SET run_after = now()")
    world.work_off(JOBS)
    assert index(world).keys() == {ana}


def test_a_new_database_asks_for_it_by_itself():
    """A first deploy on a system that has customers."""
    with fresh_database("dedup") as url:
        migrate("services.dedup", url)
        fresh = command.Transactions.connect(url)
        try:
            with fresh.reading() as connection:
                rows = connection.exec_driver_sql("SELECT kind, status FROM job").all()
        finally:
            fresh.close()
    assert [tuple(row) for row in rows] == [("rebuild_index", "queued")]


def test_the_command_shows_how_far_it_has_come(world: World, monkeypatch: pytest.MonkeyPatch):
    world.customer("Ana", id=str(new_id()))
    monkeypatch.setenv("DATABASE_URL", world.db.engine.url.render_as_string(hide_password=False))
    out, turns = io.StringIO(), iter(range(4))

    def pause(_seconds: float) -> None:
        next(turns)
        world.work_off(JOBS)

    assert command.main(out, pause=pause) == 0
    lines = out.getvalue().splitlines()
    assert lines[0].startswith("queued: 0 customers")
    assert any(line.startswith("succeeded: 1 customers in the index") for line in lines)
    assert lines[-1].startswith("succeeded")
    assert "pairs compared" in lines[-1]


def test_a_scan_that_has_read_the_index_before_is_not_taken_for_the_one_that_follows(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    """It began while the index was empty: it knows nobody whom the rebuild puts into it."""
    line = "+5511987654321"
    a, b = world.customer("Rui Prado", phone=line), world.customer("Lia Nunes", phone=line)
    begun = world.service.start_scan(world.admin)["scan"]["id"]
    read = scan_work.read_candidates

    def and_then_the_index_is_made_anew(connection: Any) -> Any:
        candidates = read(connection)
        monkeypatch.undo()
        monkeypatch.setattr(job, "PAGE", 3)
        rebuild(world)
        return candidates

    monkeypatch.setattr(scan_work, "read_candidates", and_then_the_index_is_made_anew)
    world.work_off(JOBS)
    world.work_off(JOBS)
    assert pairs(world).keys() == {frozenset((a, b))}
    scans = {str(row.id): row.status for row in world.rows("SELECT * FROM job WHERE kind = 'scan_pairs'")}
    assert len(scans) == 2
    assert scans[begun] == "succeeded"


def test_the_scan_waits_for_one_that_is_comparing(world: World):
    line = "+5511987654321"
    a, b = world.customer("Rui Prado", phone=line), world.customer("Lia Nunes", phone=line)
    begun = world.service.start_scan(world.admin)["scan"]["id"]
    world.run(
        """UPDATE job SET status = 'running', state = '{"after": 0}', total = 1, lease_token = id,
           lease_until = now() + interval '1 hour' WHERE id = :id""",
        id=begun,
    )
    rebuild(world)
    [waiting] = world.rows("SELECT * FROM job WHERE kind = 'scan_pairs' AND id <> :id", id=begun)
    assert (waiting.status, waiting.attempts, pairs(world)) == ("running", 0, {})
    world.run("UPDATE job SET lease_token = NULL, lease_until = NULL, run_after = now()")
    world.work_off(JOBS)
    world.run("UPDATE job SET run_after = now()")
    world.work_off(JOBS)
    assert pairs(world).keys() == {frozenset((a, b))}


@pytest.mark.parametrize("end", ["failed", "cancelled"])
def test_the_scan_comes_also_after_a_rebuild_that_did_not_reach_its_end(
    world: World, end: str, monkeypatch: pytest.MonkeyPatch
):
    line = "+5511987654321"
    for number in range(2):
        world.customer(f"Rui Prado {number}", phone=line)
    for number in range(6):
        world.customer(f"Number {number}")
    job_id, asked = world.db.run(starting.start), world.company.call

    def call(method: str, *args: Any, **kwargs: Any) -> Any:
        if method == "pages_for_matching" and args[0] is not None:
            raise Unavailable("rpc_timeout")
        return asked(method, *args, **kwargs)

    monkeypatch.setattr(world.company, "call", call)
    world.work_off(JOBS)
    world.run("UPDATE job SET run_after = now() WHERE kind = 'scan_pairs'")
    world.work_off(JOBS)
    assert pairs(world) == {}, "it waits for the rest"
    world.run("UPDATE job SET status = :end, finished_at = now() WHERE id = :id", end=end, id=job_id)
    world.run("UPDATE job SET run_after = now() WHERE kind = 'scan_pairs'")
    world.work_off(JOBS)
    assert len(pairs(world)) == 1
