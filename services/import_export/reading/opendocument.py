"""The marks of an ODS file."""

from __future__ import annotations

import re
import zipfile
from typing import Final
from xml.parsers import expat

from services.import_export.reading import archive
from services.import_export.reading.marks import ERROR, NO_VALUE, Marks

_CONTENT: Final = "content.xml"
_WORTH_PARSING: Final = re.compile(rb'table:formula=|value-type="error"|table:visibility=|-spanned="')
_HIDDEN: Final = ("collapse", "filter")


def marks_of(book: zipfile.ZipFile, sheet: str) -> Marks:
    """Parsed only if there is something to find: places count by repetitions, which takes its time."""
    tail, found = b"", False
    for block in archive.unpacked(book, _CONTENT):
        found = found or _WORTH_PARSING.search(tail + block) is not None
        tail = block[-64:]
    return _Content(sheet).read(book) if found else Marks()


class _Content:
    """Follows the rows and cells of one sheet."""

    def __init__(self, sheet: str) -> None:
        self._sheet = sheet
        self._inside = False
        self._row = self._column = self._repeated = 0
        self.marks = Marks()

    def read(self, book: zipfile.ZipFile) -> Marks:
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        try:
            for block in archive.unpacked(book, _CONTENT):
                parser.Parse(block)
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise archive.broken() from error
        return self.marks

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "table:table":
            self._inside = attributes.get("table:name") == self._sheet
            self._row = 0
        elif self._inside and name == "table:table-row":
            self._column, self._repeated = 0, _number(attributes.get("table:number-rows-repeated"))
            if attributes.get("table:visibility") in _HIDDEN:
                self.marks.hidden_rows += self._repeated
        elif self._inside and name in ("table:table-cell", "table:covered-table-cell"):
            self._mark(attributes)
            self._column += _number(attributes.get("table:number-columns-repeated"))

    def _end(self, name: str) -> None:
        if self._inside and name == "table:table-row":
            self._row += self._repeated

    def _mark(self, attributes: dict[str, str]) -> None:
        if any(name in attributes for name in ("table:number-columns-spanned", "table:number-rows-spanned")):
            self.marks.merged += 1
        formula = "table:formula" in attributes
        self.marks.formulas = self.marks.formulas or formula
        if attributes.get("calcext:value-type") == "error":
            self.marks.cells[self._row, self._column] = ERROR
        elif formula and "office:value-type" not in attributes:
            self.marks.cells[self._row, self._column] = NO_VALUE


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 8 else 1
