"""What every reader of a kind of file gives: how the file is read, and its rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, NamedTuple, Protocol

from servicekit.confined.refused import FileRefused
from services.import_export.reading.domain.cells import Cell


class Problem(NamedTuple):
    """Something wrong with a row, or with the cell at `column`, before its value is looked at."""

    code: str
    column: int | None = None
    detail: str | None = None


class Record(NamedTuple):
    """A row of the file. `n` is the number that a spreadsheet shows for it."""

    n: int
    cells: list[Cell]
    problems: list[Problem]


@dataclass(frozen=True, kw_only=True)
class Options:
    """How a file is to be read. What is None is found out."""

    format: str | None = None
    encoding: str | None = None
    separator: str | None = None
    quote: str | None = None
    header_row: int | None = None
    sheet: str | None = None
    repair_encoding: bool = False


def options_of(given: Mapping[str, Any]) -> Options:
    """Raises FileRefused for a value that no file can be read with."""
    options = Options(
        **{each.name: given[each.name] for each in fields(Options) if given.get(each.name) is not None}
    )
    texts = (options.format, options.encoding, options.separator, options.quote, options.sheet)
    if not all(text is None or isinstance(text, str) for text in texts):
        raise unusable("Format, encoding, separator, quote and sheet are texts.")
    if options.separator is not None and (len(options.separator) != 1 or options.separator in "\r\n"):
        raise unusable("The separator is one character.")
    if options.quote is not None and (len(options.quote) > 1 or options.quote in ("\r", "\n")):
        raise unusable("The quote is one character, or none.")
    if options.header_row is not None and (type(options.header_row) is not int or options.header_row < 0):
        raise unusable("The row of the header is a number, 0 if there is none.")
    return replace(options, repair_encoding=options.repair_encoding is True)


def unusable(detail: str) -> FileRefused:
    return FileRefused("invalid_reading", detail)


@dataclass(kw_only=True)
class Findings:
    """What was found out about a file, for the person who maps it."""

    rows: int = 0
    sheets: list[dict[str, Any]] = field(default_factory=list)
    damaged_encoding: dict[str, Any] | None = None
    rules: list[dict[str, str]] = field(default_factory=list)
    warnings: list[dict[str, str]] = field(default_factory=list)

    def rule(self, code: str, detail: str) -> None:
        self.rules.append({"code": code, "detail": detail})

    def warn(self, code: str, detail: str) -> None:
        self.warnings.append({"code": code, "detail": detail})


class Table(Protocol):
    """A file that has been opened. `options` are those in force, `records` begins anew each time.

    `rectangular`: all rows are as wide as the sheet, so that a short row means nothing. `names`:
    of the columns, where no row of the file holds them.
    """

    @property
    def options(self) -> Options: ...
    @property
    def findings(self) -> Findings: ...
    @property
    def rectangular(self) -> bool: ...
    @property
    def names(self) -> list[str] | None: ...
    def records(self) -> Iterator[Record]: ...
