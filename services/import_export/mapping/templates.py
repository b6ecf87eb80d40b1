"""Files to be filled in, made from the fields of today."""

from __future__ import annotations

import base64
import csv
import io
from collections.abc import Sequence
from typing import Any, Final

from servicekit.errors import Invalid
from servicekit.formulas import guarded, kept
from services.import_export.formats.domain.cells import joined
from services.import_export.mapping.domain.explained import FILENAMES, TITLES, Explained, columns_of_template
from services.import_export.mapping.domain.headings import LANGUAGES
from services.import_export.mapping.domain.wrong import Facts

Json = dict[str, Any]
_CONTENT_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# Spreadsheets in these languages take a comma for the decimal mark, and part cells by semicolons.
_SEPARATORS: Final = {"en": ",", "pt": ";", "es": ";"}
_LAST_ROW: Final = 10_000  # choices are offered and formats hold down to here
# A list is offered for choosing as long as making it does not hold up other calls.
_MOST_CHOICES: Final = 1_000
_SHOWN: Final = 50  # options in the explanations
_DATES: Final = {"date": "yyyy-mm-dd", "datetime": "yyyy-mm-dd hh:mm", "created_at": "yyyy-mm-dd"}
_TEXTS: Final = frozenset({"phone", "whatsapp", "phones", "text"})  # numbers here are not for calculating


def template_of(facts: Facts, *, format: str, language: str) -> Json:
    """`filename`, `content_type`, and `content` in base64. Raises Invalid."""
    if format not in _CONTENT_TYPES:
        raise Invalid.at("/format", "unknown_format", "csv or xlsx")
    if language not in LANGUAGES:
        raise Invalid.at("/language", "unknown_language", f"one of {', '.join(LANGUAGES)}")
    columns = columns_of_template(facts, language)
    content = _csv(columns, language) if format == "csv" else _xlsx(columns, language)
    return {
        "filename": f"{FILENAMES[language]}.{format}",
        "content_type": _CONTENT_TYPES[format],
        "content": base64.b64encode(content).decode(),
    }


def _csv(columns: Sequence[Explained], language: str) -> bytes:
    text = io.StringIO(newline="")
    rows = csv.writer(text, delimiter=_SEPARATORS[language])
    rows.writerow([guarded(column.header) for column in columns])
    return text.getvalue().encode("utf-8-sig")


def _xlsx(columns: Sequence[Explained], language: str) -> bytes:
    import xlsxwriter  # dear to load, and seldom needed

    content = io.BytesIO()
    customers, explanations, lists, titles = TITLES[language]
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        bold = book.add_format({"bold": True})
        sheet = book.add_worksheet(customers)
        _explain(book.add_worksheet(explanations), columns, titles, book)
        choices = _Choices(book.add_worksheet(lists), lists)
        sheet.freeze_panes(1, 0)
        for at, column in enumerate(columns):
            sheet.set_column(at, at, max(14, min(40, len(column.header) + 4)), _format_of(column, book))
            sheet.write_string(0, at, kept(column.header), bold)
            choices.offer(sheet, at, column)
    return content.getvalue()


def _format_of(column: Explained, book: Any) -> Any:
    if column.kind in _TEXTS:
        return book.add_format({"num_format": "@"})
    shown = _DATES.get(column.kind)
    return book.add_format({"num_format": shown}) if shown else None


def _explain(sheet: Any, columns: Sequence[Explained], titles: Sequence[str], book: Any) -> None:
    bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    sheet.freeze_panes(1, 0)
    for at, (title, width) in enumerate(zip(titles, (28, 60, 36, 60), strict=True)):
        sheet.set_column(at, at, width, wrapped)
        sheet.write_string(0, at, title, bold)
    for n, column in enumerate(columns, start=1):
        options = joined(column.options[:_SHOWN]) + (" …" if len(column.options) > _SHOWN else "")
        for at, text in enumerate((column.header, column.what, column.example, options)):
            sheet.write_string(n, at, kept(text))


class _Choices:
    """The hidden sheet with the lists to choose from: a rule by itself has room for 255 characters."""

    def __init__(self, sheet: Any, name: str) -> None:
        self._sheet, self._name = sheet, name
        self._next = self._written = 0
        sheet.hide()

    def offer(self, sheet: Any, at: int, column: Explained) -> None:
        """What is not in the list may be typed all the same: the check says what becomes of it."""
        size = len(column.options)
        if not size or self._written + size > _MOST_CHOICES:
            return
        for n, option in enumerate(column.options):
            self._sheet.write_string(n, self._next, kept(option))
        source = f"='{self._name}'!{_absolute(0, self._next)}:{_absolute(size - 1, self._next)}"
        rule = {"validate": "list", "source": source, "error_type": "information"}
        sheet.data_validation(1, at, _LAST_ROW, at, rule | {"show_error": not column.several})
        self._next, self._written = self._next + 1, self._written + size


def _absolute(row: int, column: int) -> str:
    from xlsxwriter.utility import xl_rowcol_to_cell

    return str(xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True))
