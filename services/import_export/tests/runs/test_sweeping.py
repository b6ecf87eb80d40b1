"""What is old is taken away, and nothing that somebody takes up again."""

from __future__ import annotations

from uuid import UUID

import pytest

from servicekit.errors import Conflict, NotFound
from services.import_export.runs import rows
from services.import_export.sweeping import job
from services.import_export.tests.runs.test_importing import CLEAN
from services.import_export.tests.runs.world import World, nonzero


def test_after_thirty_days_nothing_is_left(world: World) -> None:
    refused = world.imported("Name,Email\nAna,x@\nBia,b@example.com\n")
    running = world.checked("Name\nCaio\n")
    world.start(running["id"])
    world.days_pass(31)
    world.service.queue_sweep()
    world.service.queue_sweep()
    assert len(world.rows("SELECT 1 FROM job WHERE kind = 'sweep'")) == 1
    world.work_off()
    with pytest.raises(NotFound):
        world.get(refused["id"])
    assert world.get(running["id"])["phase"] == "finished"
    assert len(list(world.storage.list("uploads"))) == 1
    assert list(world.storage.list("results")) == []
    assert world.rows("SELECT DISTINCT import_id FROM import_row") == [(UUID(running["id"]),)]
    assert world.rows("SELECT DISTINCT import_id FROM import_decision") == [(UUID(running["id"]),)]
    assert world.rows("SELECT DISTINCT import_id FROM import_part") == [(UUID(running["id"]),)]


def test_a_sweep_leaves_what_is_started_after_it_looked(world: World) -> None:
    checked = world.checked(CLEAN)
    world.days_pass(31)
    world.service.queue_sweep()
    run, sweep = world.run_of("sweep"), job.Sweep()
    old = sweep.prepare(run)
    assert old is not None
    world.start(checked["id"])
    with world.db.unit_of_work() as uow:
        sweep.step(run, uow, old)
    world.work_off()
    done = world.get(checked["id"])
    assert (done["phase"], nonzero(done["counts"])) == ("finished", {"created": 3})
    assert world.stored(world.service.upload_file(world.admin, done["id"])["file"]["key"])


def test_what_is_being_swept_away_cannot_be_started(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "CLEARED_AT_ONCE", 1)
    checked = world.checked(CLEAN)
    world.days_pass(31)
    world.service.queue_sweep()
    run, sweep = world.run_of("sweep"), job.Sweep()
    with world.db.unit_of_work() as uow:
        sweep.step(run, uow, sweep.prepare(run))
    with pytest.raises(Conflict, match="import_is_over"):
        world.start(checked["id"])
    world.work_off()
    with pytest.raises(NotFound):
        world.get(checked["id"])
    assert world.rows("SELECT count(*) FROM import_row") == [(0,)]


def test_files_of_nobody_go_after_a_day(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.upload("nobody's")
    kept = world.read(CLEAN)
    world.service.queue_sweep()
    world.work_off()
    assert len(list(world.storage.list("uploads"))) == 2
    monkeypatch.setattr(job, "_ORPHANED", job._ORPHANED * 0)
    world.service.queue_sweep()
    world.work_off()
    assert len(list(world.storage.list("uploads"))) == 1
    assert world.service.upload_file(world.admin, kept)["file"]["filename"] == "people.csv"
