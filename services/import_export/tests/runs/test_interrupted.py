"""Imports that are cut off, cancelled, overtaken by changes, or that lose their rights on the way."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import pytest

from servicekit.errors import Conflict, Unavailable
from servicekit.testing.waiting import eventually
from services.import_export.runs import parts, repository, watching
from services.import_export.runs.domain import grouping
from services.import_export.tests.runs.test_importing import CLEAN
from services.import_export.tests.runs.world import Died, World, nonzero

MANY = "Name,Email\n" + "".join(f"P{n},p{n}@example.com\n" for n in range(40))

WAITING = """
    SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
    WHERE d.datname = current_database() AND locktype = 'advisory' AND NOT granted"""


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that an import of forty rows has five parts of two batches, two of them at a time."""
    monkeypatch.setattr(grouping, "BATCH_ROWS", 4)
    monkeypatch.setattr(parts, "BATCHES", 2)
    monkeypatch.setattr(parts, "AT_ONCE", 2)


def die() -> None:
    raise Died


@pytest.mark.usefixtures("small_batches")
def test_whoever_goes_on_after_a_death_does_no_row_twice(world: World) -> None:
    checked = world.checked(MANY)
    world.start(checked["id"])
    world.people.meanwhile = die  # after customers did a batch, before it was written down
    world.work_off()
    done = world.get(checked["id"])
    assert (done["phase"], nonzero(done["counts"]), done["drifted"]) == ("finished", {"created": 40}, 0)
    assert set(world.people.made.values()) == {1}
    assert len(world.people.made) == 40


def test_a_check_goes_on_in_another_process_where_it_was(world: World) -> None:
    content = "Name,Email\n" + "".join(f"P{n},p{n}@example.com\n" for n in range(1_100))
    import_id = world.ready(content)
    world.service.check_import(world.admin, import_id)
    happened = []

    def lose_everything() -> None:
        if len(world.staged(import_id)) == 1_000 and not happened:
            happened.append(world.another_process())
            raise Died

    world.people.before_each = lose_everything
    world.work_off()
    assert happened
    assert nonzero(world.get(import_id)["counts"]) == {"created": 1_100}


@pytest.mark.usefixtures("small_batches")
def test_what_changed_since_the_check_is_decided_again_and_listed(world: World) -> None:
    checked = world.checked(MANY)
    known = world.people.add("Somebody", ("email", "p7@example.com"))
    world.start(checked["id"])
    world.work_off()
    done = world.get(checked["id"])
    assert (done["drifted"], nonzero(done["counts"])) == (1, {"created": 39, "unchanged": 1})
    (row,) = world.results(done["id"], "drifted")
    assert (row["n"], row["outcome"], row["customer"]) == (9, "unchanged", known)


@pytest.mark.usefixtures("small_batches")
def test_a_cancelled_import_keeps_what_is_done_and_says_what_is_not(world: World) -> None:
    checked = world.checked(MANY)
    world.start(checked["id"])
    world.people.meanwhile = lambda: world.service.cancel_import(world.admin, checked["id"])
    world.work_off()
    done = world.get(checked["id"])
    assert (done["phase"], done["status"]) == ("finished", "succeeded")
    assert nonzero(done["counts"]) == {"created": 4, "skipped": 36}
    assert {row["code"] for row in world.results(done["id"], "skipped")} == {"cancelled"}
    assert len(world.people.people) == 4
    with pytest.raises(Conflict, match="import_is_over"):
        world.service.cancel_import(world.admin, checked["id"])


@pytest.mark.usefixtures("small_batches")
def test_what_was_sent_before_a_death_counts_as_done_when_it_is_cancelled(world: World) -> None:
    checked = world.checked(MANY)
    world.start(checked["id"])

    def cancel_and_die() -> None:
        world.service.cancel_import(world.admin, checked["id"])
        raise Died

    world.people.meanwhile = cancel_and_die
    world.work_off()
    done = world.get(checked["id"])
    assert nonzero(done["counts"]) == {"created": 4, "skipped": 36}
    assert len(world.people.people) == len(world.results(done["id"], "created")) == 4


def test_before_its_start_a_cancelled_import_leaves_nothing(world: World) -> None:
    import_id = world.ready(CLEAN)
    world.service.check_import(world.admin, import_id)
    world.service.cancel_import(world.admin, import_id)
    world.work_off()
    gone = world.get(import_id)
    assert (gone["phase"], gone["status"], nonzero(gone["counts"])) == ("cancelled", "cancelled", {})
    with pytest.raises(Conflict, match="import_is_over"):
        world.start(import_id)


@pytest.mark.usefixtures("small_batches")
def test_rights_that_are_lost_end_an_import_and_keep_what_is_done(world: World) -> None:
    agent = world.agent("ana", "north")
    checked = world.checked(MANY, scope=agent)
    world.service.start_import(agent, checked["id"])
    world.people.meanwhile = lambda: world.deactivate("ana")
    world.work_off()
    done = world.get(checked["id"])
    assert (done["phase"], done["problem"]["code"]) == ("failed", "imports_forbidden")
    assert nonzero(done["counts"]) == {"created": 4, "skipped": 36}


@pytest.mark.usefixtures("small_batches")
def test_what_was_done_before_a_death_is_told_though_rights_are_lost(world: World) -> None:
    agent = world.agent("ana", "north")
    known = world.people.add("Somebody", ("email", "p1@example.com"))
    checked = world.checked(MANY, scope=agent)
    world.people.people[known].held.clear()
    world.service.start_import(agent, checked["id"])

    def lose_rights_and_die() -> None:
        world.deactivate("ana")
        raise Died

    world.people.meanwhile = lose_rights_and_die
    world.work_off()
    done = world.get(checked["id"])
    assert (done["phase"], done["problem"]["code"]) == ("failed", "imports_forbidden")
    assert (nonzero(done["counts"]), done["drifted"]) == ({"created": 4, "skipped": 36}, 1)
    created = {row["customer"] for row in world.results(done["id"], "created")}
    assert created == world.people.people.keys() - {known}
    (event,) = world.events("import.finished.v1")
    assert event["data"]["counts"] == done["counts"]


def test_settings_that_turn_against_agents_end_a_check(world: World) -> None:
    agent = world.agent("ana", "north")
    import_id = world.ready(CLEAN, scope=agent)
    world.service.check_import(agent, import_id)
    world.people.agents_may_import = False
    world.work_off()
    failed = world.get(import_id)
    assert (failed["phase"], failed["problem"]["code"]) == ("mapping", "imports_forbidden")


def test_the_same_file_waits_for_its_turn(world: World) -> None:
    one, two, three = (world.checked(CLEAN)["id"] for _ in range(3))
    for import_id in (one, two, three):
        world.start(import_id)
    assert [world.get(each)["phase"] for each in (one, two, three)] == ["running", "waiting", "waiting"]
    assert world.get(two)["status"] == "queued"
    world.service.cancel_import(world.admin, three)
    world.work_off()
    assert [world.get(each)["phase"] for each in (one, two, three)] == ["finished", "finished", "cancelled"]
    again = world.get(two)
    assert nonzero(again["counts"]) == {"unchanged": 3}
    assert again["drifted"] == 3
    assert [each["id"] for each in again["same_file"]] == [one]


def test_who_may_not_see_the_same_file_is_told_that_there_was_one(world: World) -> None:
    world.imported(CLEAN)
    agent = world.agent("ana", "north")
    checked = world.checked(CLEAN, scope=agent)
    told = world.service.get_import(agent, checked["id"])["import"]["same_file"]
    assert [each["id"] for each in told] == [None]


def test_who_is_down_is_waited_for(world: World) -> None:
    checked = world.checked(CLEAN)
    world.start(checked["id"])
    world.people.down = Unavailable("service_down")
    world.work_off()
    world.people.down = None
    assert world.get(checked["id"])["phase"] == "running"
    world.make_jobs_due()
    world.work_off()
    assert world.get(checked["id"])["phase"] == "finished"


def test_a_defect_ends_an_import_and_lets_the_next_one_begin(world: World) -> None:
    checked, waits = world.checked(CLEAN), world.checked(CLEAN)
    world.start(checked["id"])
    world.start(waits["id"])
    world.people.down = Died()
    world.work_off()
    world.people.down = None
    assert watching.settle_failures(world.db) == 1
    world.work_off()
    failed = world.get(checked["id"])
    assert (failed["phase"], failed["problem"]["code"]) == ("failed", "internal_error")
    assert nonzero(failed["counts"]) == {"skipped": 3}
    assert world.get(waits["id"])["phase"] == "finished"
    assert watching.settle_failures(world.db) == 0


def test_a_check_that_fails_gives_nobody_the_turn_of_who_runs(world: World) -> None:
    runs, waits, fails = world.checked(CLEAN), world.checked(CLEAN), world.ready(CLEAN)
    world.service.check_import(world.admin, fails)
    world.people.down = Died()
    world.work_off()
    world.people.down = None
    world.start(runs["id"])
    world.start(waits["id"])
    assert watching.settle_failures(world.db) == 1
    phases = [world.get(import_id)["phase"] for import_id in (runs["id"], waits["id"], fails)]
    assert phases == ["running", "waiting", "mapping"]
    assert world.get(fails)["problem"]["code"] == "internal_error"


def test_storage_that_is_away_at_the_end_is_waited_for(world: World, tmp_path: Path) -> None:
    checked = world.checked("Name,Email\nAna,x@\nBia,b@example.com\n")
    world.start(checked["id"])
    blocked = tmp_path / "files" / "results"
    blocked.write_text("where a folder should be")
    for _ in range(6):
        world.make_jobs_due()
        world.work_off()
    assert world.get(checked["id"])["phase"] == "running"
    blocked.unlink()
    world.make_jobs_due()
    world.work_off()
    assert world.get(checked["id"])["phase"] == "finished"
    assert world.service.refused_file(world.admin, checked["id"], "csv")["file"]["size"]


def test_an_end_that_fails_is_made_without_files_and_counted(world: World) -> None:
    checked, waits = (world.checked("Name,Email\nAna,x@\nBia,b@example.com\n") for _ in range(2))
    world.people.add("Bia", ("email", "b@example.com"))
    world.start(checked["id"])
    world.start(waits["id"])
    world.run("UPDATE import_row SET cells = '{}' WHERE import_id = :id", id=checked["id"])
    world.work_off()
    with ThreadPoolExecutor() as replicas:
        with world.db.unit_of_work() as uow:
            repository.lock_file(uow, repository.get(uow.connection, UUID(checked["id"])).sha256)
            settled = [replicas.submit(watching.settle_failures, world.db) for _ in range(2)]
            eventually(lambda: world.rows(WAITING) == [(2,)])
        assert [each.result() for each in settled] == [1, 1]
    assert world.rows("SELECT count(*) FROM job WHERE kind = 'import_finish'") == [(2,)]
    assert world.get(checked["id"])["phase"] == "running"
    world.work_off()
    failed = world.get(checked["id"])
    assert (failed["phase"], failed["problem"]["code"]) == ("failed", "internal_error")
    assert (nonzero(failed["counts"]), failed["drifted"]) == ({"unchanged": 1, "refused": 1}, 1)
    told = {event["subject"]: event["data"]["counts"] for event in world.events("import.finished.v1")}
    assert told[failed["id"]] == failed["counts"]
    assert world.get(waits["id"])["phase"] == "finished"


@pytest.mark.usefixtures("small_batches")
def test_a_large_import_lets_others_through(world: World) -> None:
    checked = world.checked(MANY)
    world.start(checked["id"])
    other = world.service.create_import(world.admin, world.upload(CLEAN))["import"]["id"]
    world.work_off()
    begun = "SELECT kind FROM job WHERE started_at >= :start ORDER BY started_at"
    (started,) = world.rows("SELECT started_at FROM import_run WHERE phase = 'finished'")
    kinds = [kind for (kind,) in world.rows(begun, start=started[0])]
    assert kinds == [*["import_part"] * 2, "import_read", *["import_part"] * 3, "import_finish"]
    assert world.get(other)["phase"] == "mapping"


@pytest.mark.usefixtures("small_batches")
def test_progress_is_that_of_all_parts(world: World) -> None:
    checked = world.checked(MANY)
    world.start(checked["id"])
    seen = []
    world.people.after_each = lambda: seen.append(world.get(checked["id"]))
    world.work_off()
    assert [each["progress"]["done"] for each in seen] == list(range(0, 40, 4))
    assert {sum(each["counts"].values()) for each in seen} == {40}
    versions = [each["version"] for each in [*seen, world.get(checked["id"])]]
    assert versions == sorted(set(versions))
