"""Storage that is away is waited for: no export is lost by it."""

from __future__ import annotations

from pathlib import Path

from services.import_export.tests.exporting.office import Office


def test_an_export_is_made_when_storage_is_back(office: Office, tmp_path: Path) -> None:
    asked = office.ask()
    blocked = tmp_path / "files" / "exports"
    blocked.write_text("where a folder should be")
    for _ in range(6):
        office.run("UPDATE job SET run_after = now()")
        office.work_off()
    assert office.get(asked["id"])["status"] == "running"
    blocked.unlink()
    office.run("UPDATE job SET run_after = now()")
    office.work_off()
    assert office.get(asked["id"])["status"] == "succeeded"
    assert office.content(asked["id"])
