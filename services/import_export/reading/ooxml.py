"""The marks of an XLSX file. Its XML is searched, not parsed: few of its millions of elements are marked."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from html import unescape
from typing import Final

from servicekit.confined.refused import FileRefused
from services.import_export.reading import archive
from services.import_export.reading.domain.cells import index_of
from services.import_export.reading.limits import COLUMNS
from services.import_export.reading.marks import ERROR, NO_VALUE, Marks

_SHEET: Final = re.compile(rb"<(?:\w+:)?sheet\s[^>]*>")
_RELATION: Final = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")
_ATTRIBUTE: Final = re.compile(rb"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")

# Found fast, and true of all that the slower patterns below would find.
_MAYBE_FAR: Final = re.compile(rb"=[\"'][A-Z]{3}\d")
_MAYBE_FORMULA: Final = (b"<f>", b"<f ", b"<f/", b":f>", b":f ", b":f/")
_MAYBE_ERROR: Final = re.compile(rb" t=[\"']e[\"']")
_HIDDEN: Final = re.compile(rb"<(?:\w+:)?row\s[^>]*\bhidden=[\"'](?:1|true)[\"']")
_MERGED: Final = re.compile(rb"<(?:\w+:)?mergeCell\s")
_ERROR: Final = re.compile(rb"<(?:\w+:)?c\s([^>]*\bt=[\"']e[\"'][^>]*)>")
_NO_VALUE: Final = re.compile(
    rb"<(?:\w+:)?c\s([^>]*[^/>])>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*"
    rb"(<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_FAR: Final = re.compile(
    rb"<(?:\w+:)?c\s(?=[^>]*\br=[\"']([A-Z]{3,})\d+[\"'])[^>]*[^/>]>\s*<(?:\w+:)?(?:v>|v\s|is\b|f\b)"
)
_PLACE: Final = re.compile(rb"\br=[\"']([A-Z]{1,3})(\d{1,7})[\"']")


def sheets(book: zipfile.ZipFile) -> dict[str, str]:
    """The entry of the archive that holds each sheet, by the sheet's name."""
    workbook = _whole(book, "xl/workbook.xml")
    relations = _whole(book, "xl/_rels/workbook.xml.rels")
    targets = {
        each["Id"]: each["Target"]
        for each in _elements(_RELATION, relations)
        if {"Id", "Target"} <= each.keys()
    }
    found = {}
    for each in _elements(_SHEET, workbook):
        relation = next((value for name, value in each.items() if name.endswith(":id")), "")
        entry = posixpath.normpath(posixpath.join("/xl", targets.get(relation, ""))).lstrip("/")
        if entry in book.NameToInfo:
            found[each.get("name", "")] = entry
    return found


def marks_of(book: zipfile.ZipFile, entry: str) -> Marks:
    """Raises FileRefused for a sheet wider than a table may be."""
    marks = Marks()
    for text in _rows(archive.unpacked(book, entry)):
        _search(text, marks)
    return marks


def rows_of(book: zipfile.ZipFile, entry: str) -> int:
    """About how many rows the sheet has."""
    return sum(_count(text) for text in _rows(archive.unpacked(book, entry)))


def _rows(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes, cut where no row is cut."""
    rest: list[bytes] = []
    for block in blocks:
        cut = block.rfind(b"</row>")
        cut = cut if cut >= 0 else block.rfind(b":row>")
        rest.append(block if cut < 0 else block[: cut + 6])
        if cut >= 0:
            yield b"".join(rest)
            rest = [block[cut + 6 :]]
    yield b"".join(rest)


def _search(text: bytes, marks: Marks) -> None:
    if b"hidden=" in text:
        marks.hidden_rows += len(_HIDDEN.findall(text))
    if b"mergeCell " in text:
        marks.merged += len(_MERGED.findall(text))
    if _MAYBE_FAR.search(text):
        _check_width(text)
    if _MAYBE_ERROR.search(text):
        for found in _ERROR.finditer(text):
            marks.cells[_place(found[1])] = ERROR
    if any(start in text for start in _MAYBE_FORMULA):
        marks.formulas = True
        for found in _NO_VALUE.finditer(text):
            # An empty text is a value too, of a formula whose values are texts.
            if found[2] is None or not re.search(rb"\bt=[\"']str[\"']", found[1]):
                marks.cells.setdefault(_place(found[1]), NO_VALUE)


def _check_width(text: bytes) -> None:
    for found in _FAR.finditer(text):
        if index_of(found[1].decode()) >= COLUMNS:
            raise FileRefused("too_many_columns", f"The sheet may have {COLUMNS} columns. It has more.")


def _count(text: bytes) -> int:
    return text.count(b"</row>") or text.count(b":row>")


def _place(attributes: bytes) -> tuple[int, int]:
    found = _PLACE.search(attributes)
    if found is None:
        raise archive.broken()
    return int(found[2]) - 1, index_of(found[1].decode())


def _whole(book: zipfile.ZipFile, entry: str) -> bytes:
    return b"".join(archive.unpacked(book, entry)) if entry in book.NameToInfo else b""


def _elements(pattern: re.Pattern[bytes], text: bytes) -> Iterator[dict[str, str]]:
    for element in pattern.findall(text):
        pairs = _ATTRIBUTE.findall(element)
        yield {
            name.decode(): unescape((one or other).decode("utf-8", "replace")) for name, one, other in pairs
        }
