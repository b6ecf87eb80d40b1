"""Files in a folder: there whole or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from servicekit.errors import Unavailable
from servicekit.storage import Storage

_BLOCK = b"0123456789" * 50_000


async def _blocks(count: int, *, then: Exception | None = None) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield _BLOCK
    if then:
        raise then


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    return Storage.open(f"file://{tmp_path}/with%20space")


async def _read(storage: Storage, key: str) -> bytes:
    return b"".join([piece async for piece in await storage.get(key)])


def test_what_was_put_comes_back(storage: Storage) -> None:
    async def scenario() -> None:
        assert await storage.put("uploads/a", _blocks(12)) == 12 * len(_BLOCK)
        assert await _read(storage, "uploads/a") == 12 * _BLOCK

    asyncio.run(scenario())
    (kept,) = storage.list("uploads")
    assert (kept.key, kept.size) == ("uploads/a", 12 * len(_BLOCK))


def test_what_was_cut_off_is_not_there(storage: Storage, tmp_path: Path) -> None:
    async def scenario() -> None:
        with pytest.raises(ConnectionError):
            await storage.put("uploads/a", _blocks(30, then=ConnectionError()))
        with pytest.raises(FileNotFoundError):
            await storage.get("uploads/a")

    asyncio.run(scenario())
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_files_of_this_machine_go_in_and_out(storage: Storage, tmp_path: Path) -> None:
    (tmp_path / "here").write_bytes(_BLOCK)
    storage.upload("exports/x.csv", tmp_path / "here")
    storage.download("exports/x.csv", tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == _BLOCK
    storage.delete(["exports/x.csv", "exports/never-was.csv"])
    assert list(storage.list("exports")) == []


def test_what_storage_cannot_do_now_may_be_asked_again(storage: Storage, tmp_path: Path) -> None:
    (tmp_path / "here").write_bytes(_BLOCK)
    (tmp_path / "with space" / "exports").write_text("where a folder should be")

    with pytest.raises(Unavailable, match="storage_unavailable"):
        storage.upload("exports/x.csv", tmp_path / "here")
    with pytest.raises(Unavailable, match="storage_unavailable"):
        storage.download("exports/x.csv", tmp_path / "back")
    with pytest.raises(Unavailable, match="storage_unavailable"):
        storage.delete(["exports/x.csv"])
    with pytest.raises(Unavailable, match="storage_unavailable"):
        asyncio.run(storage.put("exports/x.csv", _blocks(12)))
    with pytest.raises(Unavailable, match="storage_unavailable"):
        asyncio.run(_read(storage, "exports/x.csv"))


@pytest.mark.parametrize("url", ["", "file:", "ftp://host/x", "file://host/folder", "/folder"])
def test_a_url_that_names_no_storage_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="file:///folder"):
        Storage.open(url)


def test_a_part_of_a_file_is_read_without_the_rest(storage: Storage, tmp_path: Path) -> None:
    (tmp_path / "here").write_bytes(bytes(range(256)) * 10_000)
    storage.upload("copies/x", tmp_path / "here")
    with storage.reader("copies/x") as file:
        assert (file.seek(2_000_001), file.read(4)) == (2_000_001, bytes([129, 130, 131, 132]))
        assert (file.seek(-2, 2), file.read()) == (2_559_998, b"\xfe\xff")
        assert (file.seek(0), len(file.read())) == (0, 2_560_000)
    with pytest.raises(FileNotFoundError):
        storage.reader("copies/never-was")
