"""The copy of an upload by columns: one archive, of which only what is asked for is read.

about.json      {"rows", "columns": [{field, label, type, several, contact, samples, filled, distinct}]}
ids, with_id    sixteen bytes for each row that has an id, and which rows (int32) those are
0.values        a JSON array: the different values of column 0
0.codes         for each row which of them it has (int32, -1: none); with `several` list after list
0.starts        with `several`: where the list of each row begins, and where the last one ends
"""

from __future__ import annotations

import zipfile
from collections.abc import Hashable, Sequence
from typing import IO, Any, Final

import numpy as np
from numpy.typing import NDArray

from servicekit.jsonio import dumps, loads

Json = dict[str, Any]
Int32 = NDArray[np.int32]
Ints = NDArray[np.int64]
_INT32: Final = np.dtype("<i4")
_LEVEL: Final = 1
_OBJECT_BYTES: Final = 64  # what Python needs for a text more than its characters
_REMEMBERED: Final = 4
MOST_KEPT: Final = 256 * 1024 * 1024


class CopyWriter:
    """Writes to anything that takes bytes. `close()` it with what it is about."""

    def __init__(self, file: IO[bytes]) -> None:
        self._archive = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL)
        self._columns: list[Json] = []

    def ids(self, ids: bytes, rows: Int32) -> None:
        self._write("ids", ids)
        self._write("with_id", _bytes(rows))

    def column(self, about: Json, values: Sequence[Any], codes: Int32, starts: Int32 | None) -> None:
        at = len(self._columns)
        self._columns.append(about)
        self._write(f"{at}.values", dumps(values))
        self._write(f"{at}.codes", _bytes(codes))
        if starts is not None:
            self._write(f"{at}.starts", _bytes(starts))

    def close(self, *, rows: int) -> list[Json]:
        """The columns, as they are told of."""
        self._write("about.json", dumps({"rows": rows, "columns": self._columns}))
        self._archive.close()
        return self._columns

    def _write(self, name: str, content: bytes) -> None:
        self._archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED, _LEVEL)


class Remembered:
    """What the last few who looked at all columns were told of them."""

    def __init__(self) -> None:
        self._told: dict[Hashable, list[Json]] = {}

    def get(self, name: Hashable) -> list[Json] | None:
        return self._told.get(name)

    def keep(self, name: Hashable, told: list[Json]) -> None:
        while len(self._told) >= _REMEMBERED:
            del self._told[next(iter(self._told))]
        self._told[name] = told


class Copy:
    """One that is open, from the file of that key. What was read once stays in memory, as far as it may:
    `size` says how much that is.

    `skim_…` is for whoever looks at every column once: it leaves nothing there.
    """

    def __init__(self, file: IO[bytes], key: str) -> None:
        self.key = key
        self._archive = zipfile.ZipFile(file)
        about = loads(self._archive.read("about.json"))
        self.rows: int = about["rows"]
        self.columns: list[Json] = about["columns"]
        self._places = {column["field"]: at for at, column in enumerate(self.columns)}
        self._values: dict[int, list[Any]] = {}
        self._arrays: dict[str, Ints] = {}
        self._ids: bytes | None = None
        self.remembered = Remembered()
        self.size = 0

    def place(self, field: str) -> int | None:
        return self._places.get(field)

    def values(self, at: int) -> list[Any]:
        found = self._values.get(at)
        if found is None:
            content = self._archive.read(f"{at}.values")
            found = loads(content)
            self._make_room(len(content) + _OBJECT_BYTES * len(found))
            self._values[at] = found
        return found

    def skim_values(self, at: int) -> list[Any]:
        found = self._values.get(at)
        return loads(self._archive.read(f"{at}.values")) if found is None else found

    def codes(self, at: int) -> Ints:
        return self._array(f"{at}.codes")

    def starts(self, at: int) -> Ints | None:
        return self._array(f"{at}.starts") if self.columns[at]["several"] else None

    def skim_codes(self, at: int) -> Int32:
        return self._read(f"{at}.codes")

    def skim_starts(self, at: int) -> Int32 | None:
        return self._read(f"{at}.starts") if self.columns[at]["several"] else None

    def ids(self) -> bytes:
        """Sixteen bytes for each row that has one."""
        if self._ids is None:
            ids = self._archive.read("ids")
            self._make_room(len(ids))
            self._ids = ids
        return self._ids

    def with_id(self) -> Ints:
        """The rows that have an id, in the order of `ids`."""
        return self._array("with_id")

    def _array(self, name: str) -> Ints:
        found = self._arrays.get(name)
        if found is None:
            found = self._read(name).astype(np.int64)
            self._make_room(found.nbytes)
            self._arrays[name] = found
        return found

    def _read(self, name: str) -> Int32:
        return np.frombuffer(self._archive.read(name), dtype=_INT32)

    def _make_room(self, size: int) -> None:
        """For so much more. Whoever uses what was kept goes on with it."""
        if self.size + size > MOST_KEPT:
            self._values, self._arrays, self._ids = {}, {}, None
            self.size = 0
        self.size += size

    def close(self) -> None:
        self._archive.close()


def _bytes(array: Int32) -> bytes:
    return array.astype(_INT32, copy=False).tobytes()
