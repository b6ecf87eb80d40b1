"""Files that a worker process has open between two steps."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest

from servicekit.ids import new_id
from servicekit.local_copy import LocalCopy
from services.import_export.reading import parent
from services.import_export.runs import sheets
from services.import_export.runs.local import scratch
from services.import_export.tests.runs.world import World


def children() -> set[str]:
    """Processes that this one has started and that live."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, parent = path.read_text().rpartition(")")[2].split()[:2]
            found |= {path.parent.name} if parent == str(os.getpid()) and state != "Z" else set()
    return found


def open_files() -> list[str]:
    found = []
    for each in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            found += [name for name in [os.readlink(each)] if "/upload-" in name]
    return found


def test_a_cancelled_check_leaves_no_file_and_no_process(world: World) -> None:
    before = children()
    content = "Name,Email\n" + "".join(f"P{n},p{n}@example.com\n" for n in range(2_500))
    import_id = world.ready(content)
    world.service.check_import(world.admin, import_id)
    seen: list[int] = []

    def cancel() -> None:
        if world.staged(import_id) and not seen:
            seen.append(len(open_files()))
            world.service.cancel_import(world.admin, import_id)

    world.people.before_each = cancel
    world.work_off()
    assert world.get(import_id)["phase"] == "cancelled"
    assert seen == [1]
    assert (open_files(), children()) == ([], before)


def test_what_nobody_asks_for_any_more_is_closed(world: World) -> None:
    before = children()
    upload = world.upload("Name\n" + "".join(f"P{n}\n" for n in range(2_500)))

    def opened() -> sheets.Sheet:
        copy = LocalCopy(upload["key"])
        facts = world.people.call("import_facts", world.admin)
        rows = parent.rows(copy.path, filename="p.csv", options={"format": "csv"}, mapping=None, facts=facts)
        return sheets.Sheet(copy, rows, after=0)

    first, _ = sheets.read_on(new_id(), after=0, opened=opened)
    assert first is not None
    assert len(first) == 1_000
    sheets.close_forgotten()
    assert (len(open_files()), len(children() - before)) == (1, 1)
    sheets.close_forgotten(seconds=0)
    assert (open_files(), children()) == ([], before)


def test_what_a_killed_process_was_writing_goes_with_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    left = tmp_path / "import-files-of-the-dead"
    left.mkdir()
    (left / "lock").touch()
    with scratch() as one, scratch() as other:
        assert sorted(tmp_path.iterdir()) == sorted([one, other])
    assert list(tmp_path.iterdir()) == []
