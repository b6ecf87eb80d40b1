"""An upload is read in a process of its own, which has little memory and no secret."""

from __future__ import annotations

import io
from pathlib import Path

import orjson
import pytest

from servicekit.confined.refused import FileRefused
from servicekit.errors import Unavailable
from servicekit.ids import new_id
from services.reports.tests.uploads.files import Upload
from services.reports.uploads.reading.parent import read_upload


def a_file(folder: Path, content: bytes) -> Path:
    path = folder / "upload.json"
    path.write_bytes(content)
    return path


def children() -> set[str]:
    me = Path("/proc/self/task")
    return {pid for task in me.iterdir() for pid in (task / "children").read_text().split()}


def test_the_child_makes_the_same_copy(tmp_path: Path):
    rows = [
        {"id": str(new_id()), "n": n, "name": f"Name {n}", "tags": ["a", str(n % 7)]} for n in range(5_000)
    ]
    live = {"n": {"label": "Number", "type": "number"}}
    here, file = Upload(tmp_path, rows, live), io.BytesIO()
    read = read_upload(a_file(tmp_path, orjson.dumps(rows)), file, live=live)
    assert read == here.read
    there = Upload.of(file.getvalue(), dict(read))
    for field in ("id", "n", "name", "tags"):
        assert there.cells(field) == here.cells(field) == [row[field] for row in rows]
    assert there.copy.ids() == here.copy.ids()


def test_a_refusal_comes_through(tmp_path: Path):
    with pytest.raises(FileRefused) as refused:
        read_upload(a_file(tmp_path, b'[{"a": 1'), io.BytesIO(), live={})
    assert refused.value.code == "broken_json"


def test_a_file_that_needs_too_much_memory_is_refused(tmp_path: Path):
    """Many different values, as small as can be: nothing that reads it can hold all of them."""
    path = tmp_path / "upload.json"
    with path.open("wb") as file:
        for row in range(7):
            numbers = range(row * 1_000_000, (row + 1) * 1_000_000)
            file.write(b'{"a":["%s"]}\n' % b'","'.join(b"%d" % n for n in numbers))
    with pytest.raises(FileRefused) as refused:
        read_upload(path, io.BytesIO(), live={})
    assert refused.value.code == "too_large_to_read"


def test_whoever_wants_an_end_does_not_wait_for_the_file(tmp_path: Path):
    seen: set[str] = set()
    before = children()

    def go_on() -> None:
        seen.update(children() - before)
        raise Unavailable("worker_stopping")

    path = a_file(tmp_path, b'{"a":1,"b":"x"}\n' * 900_000)
    with pytest.raises(Unavailable):
        read_upload(path, io.BytesIO(), live={}, go_on=go_on)
    assert len(seen) == 1
    assert children() == before


def test_the_child_knows_no_secret_and_writes_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://somebody:a-secret@host/db")
    before, told = children(), []

    def look() -> None:
        (child,) = children() - before
        limits = Path(f"/proc/{child}/limits").read_text()
        if "Max file size             0 " in limits:  # it has begun
            told.append(Path(f"/proc/{child}/environ").read_bytes())
            raise Unavailable("seen_enough")

    with pytest.raises(Unavailable, match="seen_enough"):
        read_upload(a_file(tmp_path, b'{"a":1,"b":"x"}\n' * 900_000), io.BytesIO(), live={}, go_on=look)
    assert b"PYTHONPATH" in told[0]
    assert b"a-secret" not in told[0]
