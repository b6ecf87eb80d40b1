"""The whole index in one pass, and what was found back: both in PostgreSQL's binary COPY format."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from services.dedup.domain.keys import name_marks
from services.dedup.scan.candidates import Meetings

# What PostgreSQL writes: a header; for each row the number of fields, and each field after its length; an
# array is five numbers and its elements, each after its length.
_HEADER: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END: Final = b"\xff\xff"
_ID: Final = slice(6, 22)
_NAME: Final = 22
_ARRAY_HEAD: Final = 20
_ELEMENT: Final = np.dtype([("length", ">i4"), ("key", ">i8")])
_ROW: Final = np.dtype(
    [("fields", ">i2"), ("l0", ">i4"), ("n", ">i8"), ("l1", ">i4"), ("a", "S16"), ("l2", ">i4"), ("b", "S16")]
)
_ROWS_AT_ONCE: Final = 20_000

_READ: Final = "COPY (SELECT customer_id, name, keys FROM indexed_customer) TO STDOUT (FORMAT binary)"
_WRITE: Final = "COPY scan_candidate (n, first_id, second_id) FROM STDIN (FORMAT binary)"


@dataclass(frozen=True, slots=True)
class Candidates:
    """`ids` of the customers, and pairs of their positions there: numbers and no objects, for millions."""

    ids: NDArray[Any]
    low: NDArray[np.int64]
    high: NDArray[np.int64]


def read_candidates(connection: Any) -> Candidates:
    """As of now, on a psycopg connection whose statements may take long."""
    meetings, ids = Meetings(), bytearray()
    elements: list[bytes] = []
    marks: list[int] = []
    with connection.cursor() as cursor, cursor.copy(_READ) as copy:
        for row in _rows(copy):
            ids += row[_ID]
            name, array = _name_and_array(row)
            marks.append(name_marks(name))
            elements.append(array)
            if len(marks) == _ROWS_AT_ONCE:
                _add(meetings, elements, marks)
    _add(meetings, elements, marks)
    low, high = meetings.pairs()
    return Candidates(np.frombuffer(bytes(ids), "S16"), low, high)


def _name_and_array(row: bytes) -> tuple[str, bytes]:
    """The name, and of the array the elements as they are."""
    start = _NAME + 4
    end = start + int.from_bytes(row[_NAME:start], "big")
    return row[start:end].decode(), row[end + 4 + _ARRAY_HEAD :]


def _add(meetings: Meetings, elements: list[bytes], marks: list[int]) -> None:
    """They are taken out of their lists."""
    keys = np.frombuffer(b"".join(elements), _ELEMENT)["key"].astype(np.int64)
    counts = [len(each) // _ELEMENT.itemsize for each in elements]
    meetings.add(counts, keys, np.array(marks, np.uint64))
    elements.clear()
    marks.clear()


def _rows(copy: Any) -> Iterator[bytes]:
    """psycopg hands out what libpq does: a row at a time, the header before the first."""
    for block in copy:
        row = bytes(block).removeprefix(_HEADER)
        if row and row != _END:
            yield row


def write_candidates(connection: Any, candidates: Candidates) -> int:
    """Numbered from 1 in an order that keeps together what is read together; returns how many."""
    count = len(candidates.low)
    for start in range(0, count, _ROWS_AT_ONCE * 10):
        stop = min(count, start + _ROWS_AT_ONCE * 10)
        with connection.cursor() as cursor, cursor.copy(_WRITE) as copy:
            copy.write(_HEADER)
            copy.write(_block(candidates, start, stop))
            copy.write(_END)
    return count


def _block(candidates: Candidates, start: int, stop: int) -> bytes:
    a, b = candidates.ids[candidates.low[start:stop]], candidates.ids[candidates.high[start:stop]]
    rows = np.empty(stop - start, _ROW)
    rows["fields"], rows["l0"], rows["l1"], rows["l2"] = 3, 8, 16, 16
    rows["n"] = np.arange(start + 1, stop + 1)
    rows["a"], rows["b"] = np.where(a < b, a, b), np.where(a < b, b, a)
    return rows.tobytes()
