"""A file cut into the bytes of single events: JSON lines, one JSON array, or documents one after another.

Nothing is parsed here, so that a broken event is a fault of its own and those after it are still read. Memory
does not grow with the file, nor with what a single line of it may hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from servicekit.events.cloudevent import MAX_BODY

_CHUNK: Final = 256 * 1024
_BOM: Final = b"\xef\xbb\xbf"
_OTHER_ENCODINGS: Final = (b"\xff\xfe", b"\xfe\xff", b"\x00")
_COMPRESSED: Final = (b"\x1f\x8b", b"PK\x03\x04", b"\x28\xb5\x2f\xfd", b"BZh")
_BLANK: Final = b" \t\r\n"
# Outside of strings, and inside of one; a line break cannot be in a string, so there a broken one ends.
_OUTSIDE: Final = re.compile(rb'["\[\]{},\n]')
_INSIDE: Final = re.compile(rb'["\\\n]')


class Unreadable(Exception):
    """The file as a whole; the message says what it is instead."""


@dataclass(frozen=True, slots=True)
class Piece:
    """The bytes of one event and the line it begins in. Of one that is too long only the beginning."""

    line: int
    body: bytes
    size: int


def pieces(file: BinaryIO) -> Iterator[Piece]:
    """Each event of the file. Raises Unreadable."""
    head = file.read(_CHUNK)
    if head.startswith(_COMPRESSED):
        raise Unreadable("it is compressed; unpack it first")
    if head.startswith(_OTHER_ENCODINGS):
        raise Unreadable("it is not UTF-8")
    head = head.removeprefix(_BOM)
    if _is_lines(head):
        yield from _lines(head, file)
    else:
        yield from _documents(head, file)


def _is_lines(head: bytes) -> bool:
    """Whether each line is an event. A document over several lines breaks off in the middle of its first."""
    first, more, _ = head.lstrip(_BLANK).partition(b"\n")
    if first.startswith(b"["):
        return False
    return not (more and first.rstrip(_BLANK).endswith((b"{", b",", b"[", b":")))


def _chunks(head: bytes, file: BinaryIO) -> Iterator[bytes]:
    chunk = head
    while chunk:
        yield chunk
        chunk = file.read(_CHUNK)


@dataclass(slots=True)
class _Growing:
    """The piece that is being read: at most as much of it as shows that it is too long."""

    line: int = 1
    parts: list[bytes] = field(default_factory=list)
    kept: int = 0
    size: int = 0

    def add(self, part: bytes) -> None:
        self.size += len(part)
        room = MAX_BODY + 1 - self.kept
        if room > 0:
            self.parts.append(part[:room])
            self.kept += len(self.parts[-1])

    def take(self, next_line: int) -> Piece | None:
        """What has been read, unless it is blank; the next piece begins."""
        body = b"".join(self.parts)
        text = body.lstrip(_BLANK)
        line = self.line + body[: len(body) - len(text)].count(b"\n")
        stripped = text.rstrip(_BLANK)
        size = self.size - (len(body) - len(stripped))
        self.parts, self.kept, self.size, self.line = [], 0, 0, next_line
        return Piece(line, stripped, size) if stripped else None


def _lines(head: bytes, file: BinaryIO) -> Iterator[Piece]:
    line, growing = 1, _Growing()
    for chunk in _chunks(head, file):
        *ended, rest = chunk.split(b"\n")
        for part in ended:
            growing.add(part)
            line += 1
            if piece := growing.take(line):
                yield piece
        growing.add(rest)
    if piece := growing.take(line):
        yield piece


def _documents(head: bytes, file: BinaryIO) -> Iterator[Piece]:
    cutter = _Cutter(array=head.lstrip(_BLANK).startswith(b"["))
    for chunk in _chunks(head, file):
        yield from cutter.feed(chunk)
    if piece := cutter.growing.take(cutter.line):
        yield piece


class _Cutter:
    """Follows brackets and strings; an event ends with the bracket that it began with."""

    def __init__(self, *, array: bool) -> None:
        self.growing = _Growing()
        self.line = 1
        self._top = 1 if array else 0  # how deep events stand
        self._depth = 0
        self._in_string = False
        self._escaped = False

    def feed(self, chunk: bytes) -> Iterator[Piece]:
        begin = at = 0
        while (found := self._next(chunk, at)) is not None:
            at = found + 1
            cut = self._cut(chunk[found : found + 1])
            if cut is None:
                continue
            self.growing.add(chunk[begin : found + cut])
            begin = at
            if piece := self.growing.take(self.line):
                yield piece
        self.growing.add(chunk[begin:])

    def _next(self, chunk: bytes, at: int) -> int | None:
        """Where the next byte stands that means something."""
        if self._escaped and at < len(chunk):
            self._escaped, at = False, at + 1
        found = (_INSIDE if self._in_string else _OUTSIDE).search(chunk, at)
        return None if found is None else found.start()

    def _cut(self, byte: bytes) -> int | None:
        """Whether a piece ends here: with this byte (1), before it, which belongs to none (0), or not."""
        if byte == b"\n":
            self.line += 1
            self._in_string = False
        elif self._in_string:
            self._in_string = byte != b'"'
            if byte == b"\\":
                self._in_string = self._escaped = True
        elif byte == b'"':
            self._in_string = True
        elif byte in b"[{":
            self._depth += 1
            return 0 if self._depth == self._top else None
        elif byte in b"]}":
            self._depth = max(0, self._depth - 1)
            return 0 if self._depth < self._top else 1 if self._depth == self._top else None
        elif self._depth == self._top and self._top:
            return 0
        return None
