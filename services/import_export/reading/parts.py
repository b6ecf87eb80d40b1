"""The parts of a workbook as they lie in its file: checked, and searched for marks."""

from __future__ import annotations

from typing import Protocol

from servicekit.confined.refused import FileRefused
from services.import_export.reading import archive, biff, ooxml, opendocument
from services.import_export.reading.compound import Compound
from services.import_export.reading.marks import Marks


class Parts(Protocol):
    """`rows`: about how many each sheet has, as far as that is known without reading it."""

    macros: bool
    rows: dict[str, int]

    def marks(self, name: str, index: int) -> Marks: ...


def parts_of(path: str, kind: str) -> Parts:
    """Raises FileRefused if the file is not safe to open, or not whole."""
    if kind == "xlsx":
        return _Ooxml(path)
    return _OpenDocument(path) if kind == "ods" else _Binary(path)


def encrypted() -> FileRefused:
    return FileRefused("encrypted", "The file is protected by a password. Save it without one.")


class _Ooxml:
    def __init__(self, path: str) -> None:
        self._path = path
        with archive.opened(path) as book:
            archive.check_content(book)
            self.macros = "xl/vbaProject.bin" in book.NameToInfo
            self._entries = ooxml.sheets(book)
            self.rows = {name: ooxml.rows_of(book, entry) for name, entry in self._entries.items()}

    def marks(self, name: str, index: int) -> Marks:
        if name not in self._entries:
            raise archive.broken()
        with archive.opened(self._path) as book:
            return ooxml.marks_of(book, self._entries[name])


class _OpenDocument:
    macros = False

    def __init__(self, path: str) -> None:
        self._path = path
        self.rows: dict[str, int] = {}
        with archive.opened(path) as book:
            archive.check_content(book)

    def marks(self, name: str, index: int) -> Marks:
        with archive.opened(self._path) as book:
            return opendocument.marks_of(book, name)


class _Binary:
    def __init__(self, path: str) -> None:
        self._container = Compound(path)
        self.rows: dict[str, int] = {}
        streams = self._container.streams
        self.macros = "VBA" in streams
        if "EncryptedPackage" in streams:
            raise encrypted()
        stream = next((name for name in ("Workbook", "Book") if name in streams), None)
        if stream is None:
            raise FileRefused("wrong_format", "This is not a spreadsheet.")
        self._stream = stream

    def marks(self, name: str, index: int) -> Marks:
        return biff.marks_of(self._container.stream(self._stream), index)
