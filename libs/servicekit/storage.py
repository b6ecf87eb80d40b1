"""Files: a folder, or a bucket that speaks S3, behind one URL.

`file:///var/lib/crm/files` or `s3://bucket/prefix` (with AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
AWS_REGION, and AWS_ENDPOINT_URL for a server of one's own, in the environment). A file is there whole or not
at all, and is never changed: what is new has a key of its own.
"""

from __future__ import annotations

import io
import os
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, from_url

from servicekit.errors import Unavailable

CHUNK: Final = 256 * 1024
_STRETCH: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Kept:
    """One file: its key, its size in bytes, and since when it is there."""

    key: str
    size: int
    at: datetime


class Storage:
    """Keys are paths with slashes. Safe for any thread and event loop.

    Whoever reads what is not there gets FileNotFoundError. What cannot be done now is Unavailable.
    """

    def __init__(self, store: Any) -> None:
        self._store = store

    @classmethod
    def open(cls, url: str) -> Storage:
        """A folder is made if it is missing. Raises ValueError for a URL that names no storage."""
        parts = urlsplit(url)
        if parts.scheme == "file" and not parts.netloc and parts.path:
            return cls(LocalStore(unquote(parts.path), mkdir=True))
        if parts.scheme == "s3":
            # A server of one's own is often in the next room, without a certificate; its URL says so.
            plain = os.environ.get("AWS_ENDPOINT_URL", "").lower().startswith("http://")
            return cls(from_url(url, client_options={"allow_http": True} if plain else None))
        raise ValueError("expected file:///folder or s3://bucket/prefix")

    async def put(self, key: str, chunks: AsyncIterator[bytes]) -> int:
        """Writes what comes, and returns how many bytes that were. If `chunks` raises, nothing is there."""
        size = 0

        async def counted() -> AsyncIterator[bytes]:
            nonlocal size
            async for chunk in chunks:
                size += len(chunk)
                yield chunk

        # Memory: what storage has not taken yet waits, five megabytes at a time.
        with _failures_as_unavailable():
            await obstore.put_async(self._store, key, counted(), max_concurrency=2)
        return size

    async def get(self, key: str) -> AsyncIterator[bytes]:
        """The file's bytes, a piece at a time; raises before the first one if it is not there."""
        with _failures_as_unavailable():
            found = await obstore.get_async(self._store, key)
        return _pieces(found.stream(min_chunk_size=CHUNK))

    def upload(self, key: str, path: Path) -> None:
        with _failures_as_unavailable():
            obstore.put(self._store, key, path)

    def download(self, key: str, path: Path) -> None:
        with _failures_as_unavailable(), path.open("wb") as file:
            found = obstore.get(self._store, key)
            for piece in found.stream(min_chunk_size=CHUNK):
                file.write(piece)

    def reader(self, key: str) -> io.BufferedReader:
        """The file, of which only what is read is fetched, a stretch at a time."""
        with _failures_as_unavailable():
            return io.BufferedReader(_Reader(obstore.open_reader(self._store, key)), _STRETCH)

    def delete(self, keys: Iterable[str]) -> None:
        """What is gone already does no harm."""
        for key in keys:
            with suppress(FileNotFoundError), _failures_as_unavailable():
                obstore.delete(self._store, key)

    def list(self, prefix: str) -> Iterator[Kept]:
        """Every file below this path, in no particular order."""
        with _failures_as_unavailable():
            for batch in obstore.list(self._store, prefix):
                for each in batch:
                    yield Kept(each["path"], each["size"], each["last_modified"])


class _Reader(io.RawIOBase):
    """A file in storage as one of Python's."""

    def __init__(self, found: Any) -> None:
        self._found = found

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        with _failures_as_unavailable():
            piece = bytes(self._found.read(len(buffer)))
        buffer[: len(piece)] = piece
        return len(piece)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        with _failures_as_unavailable():
            return int(self._found.seek(offset, whence))

    def tell(self) -> int:
        return int(self._found.tell())

    def close(self) -> None:
        if not self.closed:
            self._found.close()
        super().close()


async def _pieces(stream: Any) -> AsyncIterator[bytes]:
    with _failures_as_unavailable():
        async for piece in stream:
            yield bytes(piece)


@contextmanager
def _failures_as_unavailable() -> Iterator[None]:
    """Whatever storage has against it today, the same may be asked again: no file of ours is at fault."""
    try:
        yield
    except BaseError as error:
        raise Unavailable("storage_unavailable", {"retry_after": 5}) from error
