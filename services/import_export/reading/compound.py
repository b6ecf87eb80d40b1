"""The container that XLS files and encrypted workbooks are: chains of sectors, and a directory of streams."""

from __future__ import annotations

import mmap
import struct
from array import array
from typing import Final

from services.import_export.reading.archive import broken

_ENDS: Final = 0xFFFFFFFA  # and above: no sector
_ROOT: Final = 5
_ENTRY: Final = 128


class Compound:
    """Raises FileRefused for a container that is damaged. `streams`: their names."""

    def __init__(self, path: str) -> None:
        with open(path, "rb") as file:
            self._file = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        try:
            self._read()
        except (struct.error, IndexError, ValueError) as error:
            raise broken() from error

    @property
    def streams(self) -> set[str]:
        return set(self._entries)

    def stream(self, name: str) -> bytes:
        start, size = self._entries[name]
        try:
            if size >= self._small_limit:
                return self._chain(start)[:size]
            return self._small_chain(start)[:size]
        except (struct.error, IndexError, ValueError) as error:
            raise broken() from error

    def _read(self) -> None:
        (shift,) = struct.unpack_from("<H", self._file, 30)
        self._size = 1 << shift if shift in (9, 12) else 0
        tables, directory = struct.unpack_from("<II", self._file, 44)
        self._small_limit, small_table = struct.unpack_from("<II", self._file, 56)
        further, further_count = struct.unpack_from("<II", self._file, 68)
        places = array("I", self._file[76:512])
        for _ in range(min(further_count, 10_000)):
            block = array("I", self._sector(further))
            further = block.pop()
            places.extend(block)
        self._next = array("I", b"".join(self._sector(place) for place in places[:tables] if place < _ENDS))
        self._small_next = array("I", self._chain(small_table))
        self._read_directory(self._chain(directory))

    def _read_directory(self, directory: bytes) -> None:
        self._entries: dict[str, tuple[int, int]] = {}
        self._small_start = _ENDS
        for at in range(0, len(directory) - _ENTRY + 1, _ENTRY):
            length, kind = struct.unpack_from("<HB", directory, at + 64)
            start, size = struct.unpack_from("<II", directory, at + 116)
            name = directory[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
            if kind == _ROOT:
                self._small_start = start
            elif kind:
                self._entries[name] = (start, size)

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._size
        if not self._size or start >= len(self._file):
            raise ValueError(number)
        return self._file[start : start + self._size]

    def _chain(self, number: int) -> bytes:
        return b"".join(map(self._sector, _followed(number, self._next)))

    def _small_chain(self, number: int) -> bytes:
        data = self._chain(self._small_start)
        return b"".join(data[each * 64 : each * 64 + 64] for each in _followed(number, self._small_next))


def _followed(number: int, following: array[int]) -> list[int]:
    """The sectors of a chain. A chain longer than the file goes round in circles."""
    found: list[int] = []
    while number < _ENDS:
        found.append(number)
        if len(found) > len(following):
            raise ValueError(number)
        number = following[number]
    return found
