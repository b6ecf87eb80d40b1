"""Files as programs and people make them, good and bad."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

import xlsxwriter
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

PEOPLE = [["Name", "Email"], ["Ana", "ana@example.com"], ["Bo", "bo@example.com"]]


def csv(*lines: str, end: str = "\n", encoding: str = "utf-8") -> bytes:
    return "".join(line + end for line in lines).encode(encoding)


def xlsx(rows: Sequence[Sequence[Any]] = PEOPLE, and_then: Callable[[Any, Any], None] | None = None) -> bytes:
    """`and_then(book, sheet)` does the rest."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet("People")
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
        if and_then:
            and_then(book, sheet)
    return file.getvalue()


def changed(archive: bytes, entry: str, old: str, new: str) -> bytes:
    """The archive with another text in one of its entries."""
    file = io.BytesIO()
    found = False
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as before,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for name in before.namelist():
            content = before.read(name)
            if name == entry:
                found = old.encode() in content
                content = content.replace(old.encode(), new.encode())
            after.writestr(name, content)
    assert found, old
    return file.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def sheet_of(text: str) -> bytes:
    """A workbook with this XML for the rows of its only sheet."""
    empty = xlsx([])
    return changed(empty, SHEET, "<sheetData/>", f"<sheetData>{text}</sheetData>")


def added(archive: bytes, **entries: bytes) -> bytes:
    file = io.BytesIO(archive)
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as book:
        for name, content in entries.items():
            book.writestr(name, content)
    return file.getvalue()


def with_entries(count: int) -> bytes:
    return added(xlsx(), **{f"xl/media/{number}": b"" for number in range(count)})


def with_a_lie() -> bytes:
    """A sheet that unpacks to more than its size in the directory says."""
    archive = xlsx([["Name"], *([f"Somebody {n}"] for n in range(2000))])
    with zipfile.ZipFile(io.BytesIO(archive)) as book:
        size = book.getinfo(SHEET).file_size
    return archive.replace(struct.pack("<I", size), struct.pack("<I", size // 2))


def xls(and_then: Callable[[Any], None]) -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("People")
    for row, cells in enumerate(PEOPLE):
        for column, cell in enumerate(cells):
            sheet.write(row, column, cell)
    and_then(sheet)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def encrypted() -> bytes:
    """What an office program writes for a workbook with a password: a container, and the package inside."""
    name = "EncryptedPackage".encode("utf-16-le")
    before = "Workbook".encode("utf-16-le").ljust(64, b"\0") + struct.pack("<H", 18)
    return xls(lambda _: None).replace(before, name.ljust(64, b"\0") + struct.pack("<H", len(name) + 2))


def ods(rows: Sequence[Sequence[str | TableCell]], last: TableRow | None = None) -> bytes:
    book = OpenDocumentSpreadsheet()
    table = Table(name="People")
    book.spreadsheet.addElement(table)
    for row in rows:
        table.addElement(_ods_row(row))
    if last is not None:
        table.addElement(last)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _ods_row(cells: Sequence[str | TableCell]) -> TableRow:
    row = TableRow()
    for cell in cells:
        if isinstance(cell, str):
            text, cell = cell, TableCell(valuetype="string")
            cell.addElement(P(text=text))
        row.addElement(cell)
    return row
