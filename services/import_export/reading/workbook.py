"""XLSX, XLS and ODS."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pandas
from python_calamine import CalamineError, PasswordError, SheetVisibleEnum

from services.import_export.reading.archive import broken
from services.import_export.reading.domain.cells import cell_of
from services.import_export.reading.domain.problems import FileRefused
from services.import_export.reading.table import Findings, Options, Record


class Workbook:
    """See `table.Table`. Formulas count as the values that the file holds; macros are not looked at."""

    rectangular = True
    names = None

    def __init__(self, path: str, options: Options) -> None:
        self.findings = Findings()
        self._book: Any = _opened(path).book
        names = [sheet.name for sheet in self._book.sheets_metadata]
        visible = [s.name for s in self._book.sheets_metadata if s.visible == SheetVisibleEnum.Visible]
        name = options.sheet or next(iter(visible or names))
        self._sheet = self._book.get_sheet_by_name(name)
        self.findings.rows = self._sheet.total_height
        self.options = replace(options, sheet=name)

    def records(self) -> Iterator[Record]:
        left = self._sheet.start[1] if self._sheet.start else 0
        for n, row in enumerate(self._sheet.iter_rows(), 1):
            yield Record(n, [None] * left + [cell_of(value) for value in row], [])


def _opened(path: str) -> pandas.ExcelFile:
    try:
        return pandas.ExcelFile(path, engine="calamine")
    except PasswordError as error:
        raise FileRefused("encrypted", "The file is protected by a password.") from error
    except (CalamineError, ValueError) as error:
        raise broken() from error
