"""One upload: from the socket, through the parser, into storage, hashed and counted on the way."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from typing import Any, Final

from gateway.files import Files, storage_failures_as_unavailable
from gateway.problems import TITLE, HttpProblem
from gateway.requests import BodyTooLarge, ClientGone, load
from gateway.uploads.filenames import clean_name
from gateway.uploads.incoming import AROUND, Incoming
from gateway.uploads.multipart import Begins, Ends, Event, Multipart, broken
from servicekit.errors import Invalid
from servicekit.ids import new_id

FIELD: Final = "file"
_PIECE: Final = 512 * 1024  # storage is asked once for so many bytes
_LONGEST_VALUE: Final = 10_000


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the whole may take, and how long nothing may come."""

    seconds: float
    idle_seconds: float


@dataclass(frozen=True, slots=True)
class Received:
    """A file in storage, and what came beside it."""

    key: str
    filename: str
    size: int
    sha256: str
    fields: dict[str, Any]

    def message(self) -> dict[str, Any]:
        """As services are told of it."""
        return {"key": self.key, "filename": self.filename, "size": self.size, "sha256": self.sha256}

    def digest(self) -> bytes:
        """What was sent, for telling a repeated request from another one."""
        fields = sorted((name, str(value)) for name, value in self.fields.items())
        return repr((self.sha256, self.filename, fields)).encode()


class Receiver:
    """Reads one body. Whatever it raises, nothing of it stays in storage."""

    def __init__(self, incoming: Incoming, files: Files, *, patience: Patience) -> None:
        self._incoming, self._upload, self._files = incoming, incoming.upload, files
        self._patience, self._until = patience, time.monotonic() + patience.seconds
        self._parser, self._read = Multipart(incoming.boundary), 0
        self._events = self._parsed()
        self._hash, self._size = hashlib.sha256(), 0
        self._filename: str | None = None
        self._values: dict[str, str] = {}
        self._key = f"{self._upload.folder}/{new_id()}"

    async def receive(self) -> Received:
        """Raises Invalid, BodyTooLarge, HttpProblem (408), or ClientGone."""
        try:
            await self._take_parts()
            if self._filename is None:
                raise Invalid.at(f"/{FIELD}", "required", f"Send the file in the field `{FIELD}`.")
            fields = load(self._upload.fields, self._values) if self._upload.fields else {}
        except BaseException:
            if self._filename is not None:
                await self._files.discard(self._key)
            raise
        finally:
            await self._events.aclose()
        self._incoming.is_read = True
        return Received(self._key, self._filename, self._size, self._hash.hexdigest(), fields)

    async def _take_parts(self) -> None:
        async for event in self._events:
            if isinstance(event, Begins) and event.name == FIELD:
                await self._take_file(event)
            elif isinstance(event, Begins):
                await self._take_value(event)

    async def _take_file(self, part: Begins) -> None:
        if self._filename is not None:
            raise Invalid.at(f"/{FIELD}", "repeated", "One file, not several.")
        filename = clean_name(part.filename or "")
        if not filename:
            raise Invalid.at(f"/{FIELD}", "no_file_name", "The part has no file name: send it as a file.")
        with storage_failures_as_unavailable():
            await self._files.storage.put(self._key, self._pieces())
        self._filename = filename

    async def _take_value(self, part: Begins) -> None:
        pointer = "/" + part.name.replace("~", "~0").replace("/", "~1")
        if self._upload.fields is None or part.filename is not None:
            raise Invalid.at(pointer, "unknown_property", f"Send one file in the field `{FIELD}`.")
        if part.name in self._values:
            raise Invalid.at(pointer, "repeated", "Given more than once.")
        raw = bytearray()
        async for piece in self._part():
            raw += piece
            if len(raw) > _LONGEST_VALUE:
                raise Invalid.at(pointer, "too_long", f"At most {_LONGEST_VALUE} bytes.")
        self._values[part.name] = _text(bytes(raw), pointer)

    async def _pieces(self) -> AsyncIterator[bytes]:
        """The file's bytes, gathered: each one taken by storage costs a turn of a thread."""
        gathered = bytearray()
        async for piece in self._part():
            self._size += len(piece)
            if self._size > self._upload.most_bytes:
                raise BodyTooLarge(self._upload.most_bytes)
            self._hash.update(piece)
            gathered += piece
            if len(gathered) >= _PIECE:
                yield bytes(gathered)
                gathered.clear()
        yield bytes(gathered)

    async def _part(self) -> AsyncIterator[bytes]:
        """What is in the part that has begun."""
        async for event in self._events:
            if isinstance(event, bytes):
                yield event
            elif isinstance(event, Ends):
                return

    async def _parsed(self) -> AsyncGenerator[Event, None]:
        async for piece in self._body():
            for event in self._parser.feed(piece):
                yield event
        if not self._parser.is_complete:
            raise broken("The body ends before its last boundary.")

    async def _body(self) -> AsyncIterator[bytes]:
        while True:
            message = await self._next_message()
            if message["type"] == "http.disconnect":
                raise ClientGone
            piece = message.get("body", b"")
            self._read += len(piece)
            if self._read > self._upload.most_bytes + AROUND:
                raise BodyTooLarge(self._upload.most_bytes)
            yield piece
            if not message.get("more_body", False):
                return

    async def _next_message(self) -> Any:
        left = self._until - time.monotonic()
        try:
            async with asyncio.timeout(min(left, self._patience.idle_seconds)):
                return await self._incoming.receive()
        except TimeoutError:
            raise HttpProblem(408, "body_too_slow", TITLE[408] + ".") from None


def _text(raw: bytes, pointer: str) -> str:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Invalid.at(pointer, "invalid_text", "Not UTF-8.") from None
    if "\0" in text:
        raise Invalid.at(pointer, "nul", "Text must not contain NUL.")
    return text
