"""One look at all bytes of a text file, before any row is read: evidence, not a guess from its beginning."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from servicekit.confined.refused import FileRefused
from services.import_export.reading.domain import mending
from services.import_export.reading.limits import LINE_BYTES, ROWS

# From its first character that is more than a separator, to the end of the line.
_WITH_CONTENT: Final = re.compile(rb'[^\r\n,;|\t "][^\r\n]*')
_LINE_END: Final = re.compile(rb"[\r\n]")
_BLOCK: Final = 1 << 20
_EVIDENCE_BYTES: Final = 1 << 18


@dataclass(kw_only=True)
class Survey:
    """`lines` have something in them. `valid` and `invalid`: those with more than ASCII that are UTF-8, and
    that are not."""

    lines: int = 0
    quotes: bool = False
    valid: int = 0
    invalid: int = 0
    null: bool = False
    lost: int = 0
    evidence: bytearray = field(default_factory=bytearray)
    damage: mending.Damage = field(default_factory=mending.Damage)


class Utf16Bytes(io.RawIOBase):
    """A file in UTF-16 as UTF-8. What is no text there is none here either."""

    def __init__(self, raw: io.RawIOBase, encoding: str) -> None:
        self._raw = raw
        self._decoder = codecs.getincrementaldecoder(encoding)("surrogatepass")
        self._ready = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._ready:
            block = self._raw.read(_BLOCK)
            self._ready = self._decode(block or b"")
            if not block:
                break
        size = min(len(buffer), len(self._ready))
        buffer[:size], self._ready = self._ready[:size], self._ready[size:]
        return size

    def _decode(self, block: bytes) -> bytes:
        try:
            return self._decoder.decode(block, final=not block).encode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            self._decoder.reset()
            return b"\xff"  # half a character at the end

    def close(self) -> None:
        self._raw.close()
        super().close()


def surveyed(file: io.BufferedIOBase) -> Survey:
    """Raises FileRefused for a line, or a number of lines, that no table has."""
    survey = Survey()
    for block in blocks(file):
        _count(survey, block)
        # Within quotes a row may have many lines.
        if survey.lines > ROWS + 1 and not survey.quotes:
            raise FileRefused("too_many_rows", f"The file has more than {ROWS:,} rows.")
    return survey


def blocks(file: io.BufferedIOBase) -> Iterator[bytes]:
    """The file in blocks that end where lines end."""
    rest = b""
    while block := file.read(_BLOCK):
        block = rest + block
        # Only the first line of a block can be longer than a block.
        if len(block) > LINE_BYTES and not _LINE_END.search(block, 0, LINE_BYTES + 1):
            raise FileRefused("line_too_long", f"A line of the file is longer than {LINE_BYTES >> 20} MB.")
        cut = max(block.rfind(b"\n"), block.rfind(b"\r", 0, len(block) - 1)) + 1
        rest = block[cut:]
        if cut:
            yield block[:cut]
    if rest:
        yield rest


def _count(survey: Survey, block: bytes) -> None:
    survey.lines += len(_WITH_CONTENT.findall(block))
    survey.quotes = survey.quotes or b'"' in block
    survey.null = survey.null or b"\0" in block
    if block.isascii():
        return
    try:
        text = block.decode()
    except UnicodeDecodeError:
        _count_lines(survey, block)
    else:
        _look_at(survey, text)


def _look_at(survey: Survey, text: str) -> None:
    lines = [line for line in text.split("\n") if not line.isascii()]
    survey.valid += len(lines)
    if "\ufffd" in text:
        survey.lost += sum("\ufffd" in line for line in lines)
    if mending.suspicious(text):
        for line in lines:
            survey.damage.look_at(line)


def _count_lines(survey: Survey, block: bytes) -> None:
    for line in block.replace(b"\r", b"\n").split(b"\n"):
        if line.isascii():
            continue
        try:
            _look_at(survey, line.decode())
        except UnicodeDecodeError:
            survey.invalid += 1
            if len(survey.evidence) < _EVIDENCE_BYTES:
                survey.evidence += line + b"\n"
