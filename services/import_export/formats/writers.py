"""Tables as files, row after row in constant memory. What cannot be written raises; nothing is cut off."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any, Final, Protocol

import orjson

from servicekit.formulas import guarded
from services.import_export.formats.domain.cells import joined
from services.import_export.formats.domain.columns import Column
from services.import_export.formats.domain.values import moment_text, number_text

Row = Sequence[Any]
MAX_SHEET_ROWS: Final = 1_048_575  # of a workbook, below the header
SEPARATORS: Final = (",", ";", "\t", "|")
CONTENT_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "ndjson": "application/x-ndjson",
}


class CannotBeWritten(Exception):
    """This format has no room for the rows. `code` is stable; `detail` is for people and quotes nothing."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code, detail)
        self.code, self.detail = code, detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """`zone`: in which tables show times. `folder`: for what a workbook is made of until it is closed."""

    byte_order_mark: bool = True
    separator: str = ","
    ndjson: bool = False
    zone: tzinfo = UTC
    folder: Path | None = None


class Writer(Protocol):
    """`close()` completes the file, `abandon()` gives it up and leaves nothing behind but the file itself."""

    def write(self, rows: Sequence[Row]) -> None: ...

    def close(self) -> None: ...

    def abandon(self) -> None: ...


class CsvWriter:
    """UTF-8. Text that a spreadsheet would run begins with an apostrophe."""

    def __init__(self, path: Path, columns: Sequence[Column], options: Options) -> None:
        self._file = path.open("w", encoding="utf-8", newline="", buffering=1 << 16)
        self._file.write("\ufeff" if options.byte_order_mark else "")
        self._rows = csv.writer(self._file, delimiter=options.separator)
        self._written = [_written(column, options.zone) for column in columns]
        # Always quoted: a file whose first letters are ID is no table to a spreadsheet.
        headers = csv.writer(self._file, delimiter=options.separator, quoting=csv.QUOTE_ALL)
        headers.writerow([guarded(column.label) for column in columns])

    def write(self, rows: Sequence[Row]) -> None:
        # A column at a time: most cells are looked at in one loop without a call.
        if rows:
            columns = zip(self._written, zip(*rows, strict=True), strict=True)
            self._rows.writerows(zip(*(written(cells) for written, cells in columns), strict=True))

    def close(self) -> None:
        self._file.close()

    abandon = close


def _written(column: Column, zone: tzinfo) -> Callable[[Iterable[Any]], Iterable[str | None]]:
    """The texts of a column's cells; None stays empty."""
    match column.type:
        case "number":
            return lambda cells: [None if cell is None else number_text(cell) for cell in cells]
        case "boolean":
            return lambda cells: [None if cell is None else "true" if cell else "false" for cell in cells]
        case "datetime":
            return lambda cells: [cell and moment_text(cell, zone) for cell in cells]
        case "date":
            return lambda cells: cells
        case "list":
            return lambda cells: [cell and guarded(joined(cell)) for cell in cells]
    return lambda cells: [cell and (cell if cell[0].isalnum() else guarded(cell)) for cell in cells]


class JsonWriter:
    """An array of objects, one on each line; or the lines alone. Keys are those of the columns."""

    def __init__(self, path: Path, columns: Sequence[Column], options: Options) -> None:
        self._keys = [column.key for column in columns]
        self._file = path.open("wb", buffering=1 << 16)
        self._begin, self._between, self._end = (
            (b"", b"\n", b"") if options.ndjson else (b"[\n", b",\n", b"\n]")
        )
        self._first = True

    def write(self, rows: Sequence[Row]) -> None:
        if rows:
            keys, dumps = self._keys, orjson.dumps
            lines = [dumps(dict(zip(keys, row, strict=True))) for row in rows]
            self._file.write(self._begin if self._first else self._between)
            self._file.write(self._between.join(lines))
            self._first = False

    def close(self) -> None:
        self._file.write(self._begin if self._first else b"")
        self._file.write(self._end + b"\n" if self._end or not self._first else b"")
        self._file.close()

    def abandon(self) -> None:
        self._file.close()


def open_writer(format: str, path: Path, columns: Sequence[Column], options: Options) -> Writer:
    """The writer of this format: csv, xlsx or json."""
    if format == "xlsx":
        from services.import_export.formats.workbooks import XlsxWriter  # dear to load

        return XlsxWriter(path, columns, options)
    return CsvWriter(path, columns, options) if format == "csv" else JsonWriter(path, columns, options)
