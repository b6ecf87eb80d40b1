"""Files in a folder: there whole or not at all."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
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


class _Bucket(BaseHTTPRequestHandler):
    """As much of a bucket as it takes to fetch a file."""

    def do_GET(self) -> None:
        there = self.path == "/bucket/prefix/uploads/a"
        self.send_response(200 if there else 404)
        self.send_header("Content-Length", str(len(_BLOCK) if there else 0))
        self.send_header("Last-Modified", "Sun, 22 Nov 2026 12:00:00 GMT")
        self.send_header("ETag", '"a"')
        self.end_headers()
        self.wfile.write(_BLOCK if there else b"")

    def log_message(self, *_: object) -> None:
        return None


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server of one's own, in the next room and without a certificate."""
    with HTTPServer(("127.0.0.1", 0), _Bucket) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"):
            monkeypatch.setenv(name, "mine")
        yield "s3://bucket/prefix"
        server.shutdown()


def test_a_bucket_on_a_server_of_ones_own_needs_no_certificate(bucket: str) -> None:
    async def scenario() -> None:
        storage = Storage.open(bucket)
        assert await _read(storage, "uploads/a") == _BLOCK
        with pytest.raises(FileNotFoundError):
            await storage.get("uploads/never-was")

    asyncio.run(scenario())
