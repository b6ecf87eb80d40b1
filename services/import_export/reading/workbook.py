"""XLSX, XLS and ODS."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pandas
from python_calamine import CalamineError, PasswordError, SheetMetadata, SheetTypeEnum, SheetVisibleEnum

from servicekit.confined.refused import FileRefused
from services.import_export.reading import archive
from services.import_export.reading.domain.cells import Cell, cell_of
from services.import_export.reading.limits import COLUMNS, ROWS
from services.import_export.reading.parts import encrypted, parts_of
from services.import_export.reading.table import Findings, Options, Problem, Record


class Workbook:
    """See `table.Table`. Formulas count as the values that the file holds; macros are not looked at."""

    rectangular = True
    names = None

    def __init__(self, path: str, options: Options) -> None:
        self.findings = Findings()
        self._parts = parts_of(path, options.format or "")
        with _translated(), pandas.ExcelFile(path, engine="calamine") as file:
            sheets = [each for each in file.book.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet]
            name = self._chosen(sheets, options.sheet)
            place = [each.name for each in file.book.sheets_metadata].index(name)
            self._marks = self._parts.marks(name, place)
            self._sheet: Any = file.book.get_sheet_by_name(name)
        self._marked = self._marks.by_row()
        self._left = self._sheet.start[1] if self._sheet.start else 0
        self.options = replace(options, sheet=name)
        self.findings.rows = sum(row.count("") < len(row) for row in self._sheet.iter_rows())
        self._check_size()
        self._tell(sheets, name)

    def records(self) -> Iterator[Record]:
        left: list[Cell] = [None] * self._left
        for n, row in enumerate(self._sheet.iter_rows(), 1):
            cells = left + [value if value.__class__ is str and value else cell_of(value) for value in row]
            marks = self._marked.get(n - 1)
            yield Record(n, cells, _problems(cells, marks) if marks else [])

    def _chosen(self, sheets: list[SheetMetadata], wanted: str | None) -> str:
        """The one that was asked for, else the first that can be seen and has rows."""
        names = [each.name for each in sheets]
        if wanted is not None and wanted not in names:
            raise FileRefused("no_such_sheet", "The workbook has no sheet of this name.")
        visible = [each.name for each in sheets if each.visible == SheetVisibleEnum.Visible]
        if not names:
            raise FileRefused("empty_file", "The workbook has no sheet.")
        rows = self._parts.rows
        return wanted or next((name for name in visible if rows.get(name) != 0), (visible or names)[0])

    def _check_size(self) -> None:
        if self._left + self._sheet.width > COLUMNS:
            raise FileRefused("too_many_columns", f"The sheet may have {COLUMNS} columns. It has more.")
        if self.findings.rows > ROWS + 1:
            raise FileRefused("too_many_rows", f"The file has more than {ROWS:,} rows.")

    def _tell(self, sheets: list[SheetMetadata], name: str) -> None:
        rows = {**self._parts.rows, name: self.findings.rows}
        for each in sheets:
            hidden = each.visible != SheetVisibleEnum.Visible
            self.findings.sheets.append({"name": each.name, "rows": rows.get(each.name), "hidden": hidden})
        if any(sheet["hidden"] for sheet in self.findings.sheets):
            self.findings.rule("hidden_sheets", "Hidden sheets are read only if you choose one.")
        if self._marks.hidden_rows:
            self.findings.rule(
                "hidden_rows", f"{self._marks.hidden_rows} hidden rows are read like all others."
            )
        if self._marks.merged or self._sheet.merged_cell_ranges:
            self.findings.rule("merged_cells", "Of merged cells only the first has the value.")
        if self._marks.formulas:
            self.findings.rule("formulas", "Formulas count as the values that the file holds for them.")
        if self._parts.macros:
            self.findings.rule("macros", "The file has macros. They are ignored.")


def _problems(cells: list[Cell], marks: list[tuple[int, str]]) -> list[Problem]:
    """The marks of a row. Its cell may lie beyond what the library saw of the sheet."""
    cells += [None] * (max(column for column, _ in marks) + 1 - len(cells))
    return [Problem(code, column) for column, code in marks]


@contextmanager
def _translated() -> Iterator[None]:
    """What the library fails of, or dies of, is a damaged file."""
    try:
        yield
    except PasswordError as error:
        raise encrypted() from error
    except (CalamineError, ValueError, OSError) as error:
        raise archive.broken() from error
    except BaseException as error:
        # What the library did not expect in a file is raised as no Exception, so that nobody goes on.
        if type(error).__name__ != "PanicException":
            raise
        raise archive.broken() from error
