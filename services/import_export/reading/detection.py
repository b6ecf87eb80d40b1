"""Which kind of file it is, by its bytes. Its name only says what was expected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from servicekit.confined.refused import FileRefused
from services.import_export.reading.table import Options, Table, options_of

_ZIP: Final = b"PK"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_EMPTY: Final = b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"
_FOREIGN: Final = {
    b"%PDF": "a PDF document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"{\\rtf": "a text document",
    b"\x1f\x8b": "a compressed file",
    b"7z\xbc\xaf": "a compressed file",
    b"Rar!": "a compressed file",
}
_WORKBOOKS: Final = frozenset({"xlsx", "xls", "ods"})
_FAMILY: Final = {
    ".csv": {"csv"},
    ".tsv": {"csv"},
    ".tab": {"csv"},
    ".json": {"json"},
    ".ndjson": {"json"},
    ".jsonl": {"json"},
    ".xlsx": _WORKBOOKS,
    ".xlsm": _WORKBOOKS,
    ".xls": _WORKBOOKS,
    ".ods": _WORKBOOKS,
}


def opened(path: str, *, filename: str, options: Mapping[str, Any]) -> Table:
    """The file as a table. Raises FileRefused if it is none that can be imported."""
    wanted = options_of(options)
    suffix = Path(filename).suffix.lower()
    kind = kind_of(path, suffix=suffix)
    expected = {wanted.format} if wanted.format else _FAMILY.get(suffix, {kind})
    if kind not in expected:
        raise FileRefused(
            "wrong_format", f"The file was expected to be {' or '.join(sorted(expected))}. It is {kind}."
        )
    return _open(path, replace(wanted, format=kind))


def kind_of(path: str, *, suffix: str) -> str:
    """csv, json, xlsx, xls or ods."""
    with open(path, "rb") as file:
        head = file.read(1 << 16)
    if not head.strip(_EMPTY):
        raise FileRefused("empty_file", "The file is empty.")
    for start, what in _FOREIGN.items():
        if head.startswith(start):
            raise FileRefused("wrong_format", f"This is {what}, not a table.")
    if head.startswith(_OLE):
        return "xls"
    if head.startswith(_ZIP):
        from services.import_export.reading import archive

        return archive.kind_of(path)
    return _text_kind(head, suffix)


def _text_kind(head: bytes, suffix: str) -> str:
    start = head.lstrip(_EMPTY)[:64].lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<table")):
        raise FileRefused("wrong_format", "This is a web page or an XML document, not a table.")
    if suffix in (".json", ".ndjson", ".jsonl"):
        return "json"
    if suffix not in _FAMILY and start.startswith((b"[{", b'{"', b"[\n", b"[]")):
        return "json"
    return "csv"


def _open(path: str, options: Options) -> Table:
    """Imported here so that a text file does not pay for what reads workbooks."""
    if options.format == "csv":
        from services.import_export.reading.delimited import Delimited

        return Delimited(path, options)
    if options.format == "json":
        from services.import_export.reading.objects import Objects

        return Objects(path, options)
    from services.import_export.reading.workbook import Workbook

    return Workbook(path, options)
