"""A computing process keeps uploads open, as many as memory allows."""

from __future__ import annotations

from pathlib import Path

import pytest

from servicekit.errors import NotFound
from servicekit.ids import new_id
from servicekit.storage import Storage
from services.reports.computing import opened
from services.reports.computing.opened import OpenedCopies
from services.reports.computing.work import Work
from services.reports.tests.uploads.files import Upload


def a_copy(folder: Path, storage: Storage, key: str) -> None:
    (folder / "copy").write_bytes(Upload(folder, [{"a": key}, {"a": "b"}]).file)
    storage.upload(key, folder / "copy")


def test_the_one_that_was_used_longest_ago_goes_first(
    tmp_path: Path, storage: Storage, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(opened, "MOST", 2)
    for key in ("x", "y", "z"):
        a_copy(tmp_path, storage, key)
    copies = OpenedCopies()
    x, y = copies.get("x"), copies.get("y")
    assert copies.get("x") is x
    z = copies.get("z")
    copies.make_room()
    assert (copies.get("x"), copies.get("z")) == (x, z)
    assert copies.get("y") is not y


def test_what_takes_too_much_memory_goes_too_but_not_the_last(
    tmp_path: Path, storage: Storage, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(opened, "MOST_BYTES", 1)
    for key in ("x", "y"):
        a_copy(tmp_path, storage, key)
    copies = OpenedCopies()
    x, y = copies.get("x"), copies.get("y")
    assert (x.values(0), y.values(0)) == (["x", "b"], ["y", "b"])
    assert (x.size > 0, y.size > 0) == (True, True)
    copies.make_room()
    assert copies.get("y") is y
    assert copies.get("x") is not x


def test_a_file_that_is_gone_is_not_found(storage: Storage):
    with pytest.raises(NotFound, match="upload_gone"):
        Work().do({"do": "columns", "upload": {"key": "report_columns/gone"}})


def test_a_file_may_go_while_it_is_open(tmp_path: Path, storage: Storage):
    rows = [{"id": str(new_id()), "a": str(new_id())} for _ in range(100_000)]  # more than is read at once
    (tmp_path / "copy").write_bytes(Upload(tmp_path, rows).file)
    storage.upload("x", tmp_path / "copy")
    work = Work()
    work.do({"do": "columns", "upload": {"key": "x"}})
    storage.delete(["x"])
    with pytest.raises(NotFound, match="upload_gone"):
        work.do({"do": "ids", "upload": {"key": "x"}, "first": 0, "size": 10})
