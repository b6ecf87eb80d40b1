"""An export is shown as one thing, whatever happens between two looks at its parts."""

from __future__ import annotations

from uuid import UUID

from services.import_export.exporting import repository
from services.import_export.tests.exporting.office import Office


def test_whoever_sees_that_it_is_over_sees_the_file(office: Office) -> None:
    asked = office.ask()
    with office.db.reading() as connection:
        looked_at = repository.find(connection, UUID(asked["id"]))
        assert looked_at is not None
        office.work_off()
        found = repository.with_job(connection, looked_at)
    assert found is not None
    run, job = found
    assert job.status == "succeeded"
    assert run.storage_key is not None
