"""A zip file, looked at before anything unpacks it."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final

from servicekit.confined.refused import FileRefused

UNPACKED_BYTES: Final = 200 * 1024 * 1024
RATIO: Final = 100
ENTRIES: Final = 2_000
_SMALL: Final = 10 * 1024 * 1024  # what is smaller unpacked harms nobody, however well it was packed
_BLOCK: Final = 1 << 18
_RULES: Final = re.compile(rb"<!(?:DOCTYPE|ENTITY)")


def kind_of(path: str) -> str:
    """xlsx or ods. Raises FileRefused for an archive that is neither, broken, or made to do harm."""
    with opened(path) as archive:
        names = set(archive.namelist())
        if "xl/workbook.xml" in names:
            return "xlsx"
        if "content.xml" in names:
            return _spreadsheet(archive, names)
    if "xl/workbook.bin" in names:
        raise FileRefused("wrong_format", "Save the workbook as .xlsx: .xlsb cannot be read.")
    raise FileRefused("wrong_format", "This is an archive, not a table.")


def opened(path: str) -> zipfile.ZipFile:
    """The archive, its directory checked. What the directory says may still be a lie: see `unpacked`."""
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, OSError) as error:
        raise broken() from error
    try:
        _check_directory(archive.infolist())
    except FileRefused:
        archive.close()
        raise
    return archive


def broken() -> FileRefused:
    return FileRefused("broken_file", "The file is damaged, or only a part of it was uploaded.")


def _check_directory(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > ENTRIES:
        raise FileRefused("too_many_entries", f"The archive has more than {ENTRIES} entries.")
    if any(_leads_out(entry.filename) for entry in entries):
        raise FileRefused("unsafe_archive", "The archive has entries that lead out of it.")
    if any(entry.flag_bits & 1 for entry in entries):
        raise FileRefused("encrypted", "The file is protected by a password. Save it without one.")
    if sum(entry.file_size for entry in entries) > UNPACKED_BYTES:
        raise _bomb()
    if any(entry.file_size > _SMALL and entry.file_size > RATIO * entry.compress_size for entry in entries):
        raise _bomb()


def unpacked(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """The bytes of an entry, counted while they are unpacked: neither its size nor its ratio may be a lie."""
    entry, total = archive.getinfo(name), 0
    try:
        with archive.open(entry) as stream:
            while block := stream.read(_BLOCK):
                total += len(block)
                yield block
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise broken() from error
    if total != entry.file_size:
        raise broken()


def check_content(archive: zipfile.ZipFile) -> None:
    """Unpacks all there is and keeps none of it. Raises FileRefused for sizes that were a lie, and for XML
    with rules of its own: no table needs them, and they can grow and fetch without end."""
    for entry in archive.infolist():
        first = True
        for block in unpacked(archive, entry.filename):
            if first and entry.filename.endswith((".xml", ".rels")) and _RULES.search(block):
                raise FileRefused("unsafe_archive", "The file holds XML with a document type.")
            first = False


def _leads_out(name: str) -> bool:
    return name.startswith(("/", "\\")) or ":" in name or ".." in name.replace("\\", "/").split("/")


def _bomb() -> FileRefused:
    return FileRefused(
        "unpacks_too_large",
        f"Unpacked, the file would have over {UNPACKED_BYTES >> 20} MB, or {RATIO} times its size.",
    )


def _spreadsheet(archive: zipfile.ZipFile, names: set[str]) -> str:
    if "mimetype" in names and b"spreadsheet" not in b"".join(unpacked(archive, "mimetype")):
        raise FileRefused("wrong_format", "This is a text document, not a spreadsheet.")
    if "META-INF/manifest.xml" in names:
        manifest = b"".join(unpacked(archive, "META-INF/manifest.xml"))
        if b"encryption-data" in manifest:
            raise FileRefused("encrypted", "The file is protected by a password. Save it without one.")
    return "ods"
