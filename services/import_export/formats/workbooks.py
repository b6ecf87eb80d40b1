"""Workbooks: cells that say what they are. No formula and no link, whatever a text looks like."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import tzinfo
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from servicekit.formulas import kept
from services.import_export.formats.domain.cells import joined
from services.import_export.formats.domain.columns import Column
from services.import_export.formats.domain.values import day_of, local_time, moment_text
from services.import_export.formats.writers import MAX_SHEET_ROWS, CannotBeWritten, Options, Row

_LONGEST_TEXT: Final = 32_767
_WIDTHS: Final = {"text": 24, "list": 30, "number": 12, "boolean": 10, "date": 12, "datetime": 20}
_OF_AN_ID: Final = 38
_DATE: Final = {"num_format": "yyyy-mm-dd"}
_DATETIME: Final = {"num_format": "yyyy-mm-dd hh:mm:ss"}

Put = Callable[[int, int, Any], None]


class XlsxWriter:
    """One sheet with a header that stays in sight."""

    def __init__(self, path: Path, columns: Sequence[Column], options: Options) -> None:
        self._book = xlsxwriter.Workbook(
            str(path), {"constant_memory": True, "tmpdir": options.folder and str(options.folder)}
        )
        self._sheet = self._book.add_worksheet("Customers")
        self._sheet.freeze_panes(1, 0)
        self._puts = [self._put_of(column, options.zone) for column in columns]
        bold = self._book.add_format({"bold": True})
        for at, column in enumerate(columns):
            width = _OF_AN_ID if column.key == "id" else _WIDTHS[column.type]
            self._sheet.set_column(at, at, max(width, min(len(column.label) + 2, 60)))
            self._sheet.write_string(0, at, kept(column.label), bold)
        self._next = 1

    def write(self, rows: Sequence[Row]) -> None:
        """Raises CannotBeWritten."""
        puts = self._puts
        for n, row in enumerate(rows, self._next):
            if n > MAX_SHEET_ROWS:
                raise CannotBeWritten("too_many_rows", f"A sheet has room for {MAX_SHEET_ROWS:,} rows.")
            for at, cell in enumerate(row):
                if cell is not None:
                    puts[at](n, at, cell)
        self._next += len(rows)

    def close(self) -> None:
        self._book.close()

    def abandon(self) -> None:
        """A closed workbook is taken for complete; this one is only told not to complain."""
        self._book.fileclosed = True
        with suppress(AttributeError, OSError):
            self._sheet.row_data_fh.close()

    def _put_of(self, column: Column, zone: tzinfo) -> Put:
        sheet = self._sheet
        match column.type:
            case "number":
                return sheet.write_number  # type: ignore[no-any-return]
            case "boolean":
                return sheet.write_boolean  # type: ignore[no-any-return]
            case "date":
                return self._put_date(self._book.add_format(_DATE))
            case "datetime":
                return self._put_moment(self._book.add_format(_DATETIME), zone, exact=column.is_read_back)
            case "list":
                return lambda n, at, values: self._put_text(n, at, joined(values))
        return self._put_text

    def _put_text(self, n: int, at: int, text: str) -> None:
        text = text if text[:1].isalnum() else kept(text)
        if self._sheet.write_string(n, at, text):  # it would cut the text off
            raise CannotBeWritten("cell_too_long", f"A cell has room for {_LONGEST_TEXT:,} characters.")

    def _put_date(self, shape: Any) -> Put:
        def put(n: int, at: int, text: str) -> None:
            day = day_of(text)
            if day is None:
                self._put_text(n, at, text)
            else:
                self._sheet.write_datetime(n, at, day, shape)

        return put

    def _put_moment(self, shape: Any, zone: tzinfo, *, exact: bool) -> Put:
        def put(n: int, at: int, text: str) -> None:
            moment = local_time(text, zone, exact=exact)
            if moment is None:
                self._put_text(n, at, moment_text(text, zone))
            else:
                self._sheet.write_datetime(n, at, moment, shape)

        return put
