"""The marks of an XLS file, in the few kinds of records that matter here."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from services.import_export.reading.marks import ERROR, NO_VALUE, Marks

_BOUND_SHEET, _BOF, _EOF, _ROW, _FORMULA, _BOOLERR = 0x85, 0x809, 0x0A, 0x208, 0x06, 0x205
_NO_NUMBER: Final = 0xFFFF
_IS_ERROR, _IS_EMPTY, _WHEN_OPENED = 2, 3, 2


def marks_of(stream: bytes, index: int) -> Marks:
    """Of the sheet at `index` among the sheets of the workbook that `stream` holds."""
    parts = [data for kind, data in _records(stream, 0) if kind == _BOUND_SHEET and len(data) >= 4]
    marks = Marks()
    if index < len(parts):
        for kind, data in _records(stream, struct.unpack_from("<I", parts[index])[0]):
            _mark(marks, kind, data)
    return marks


def _mark(marks: Marks, kind: int, data: bytes) -> None:
    if kind == _ROW and len(data) >= 14:
        marks.hidden_rows += bool(data[12] & 0x20)
    elif kind == _BOOLERR and len(data) >= 8 and data[7]:
        marks.cells[_place(data)] = ERROR
    elif kind == _FORMULA and len(data) >= 16:
        marks.formulas = True
        no_number = struct.unpack_from("<H", data, 12)[0] == _NO_NUMBER
        if no_number and data[6] == _IS_ERROR:
            marks.cells[_place(data)] = ERROR
        elif no_number and data[6] == _IS_EMPTY and data[14] & _WHEN_OPENED:
            marks.cells[_place(data)] = NO_VALUE


def _place(data: bytes) -> tuple[int, int]:
    row, column = struct.unpack_from("<HH", data)
    return row, column


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Those of the part of the stream that begins at `at`."""
    depth = 0
    while 0 <= at <= len(stream) - 4:
        kind, size = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + size]
        at += 4 + size
        depth += (kind == _BOF) - (kind == _EOF)
        if kind == _EOF and depth <= 0:
            return
