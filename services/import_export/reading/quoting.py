"""The rows of delimited text, also where quotes are not as they should be."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from typing import Final, NamedTuple

from servicekit.confined.refused import FileRefused
from services.import_export.reading.limits import MEGABYTE
from services.import_export.reading.table import Problem, Record

# Lines of one row, and lines and characters that may be read a second time because of their quotes.
_LINES_OF_A_ROW: Final = 10_000
_LINES_AGAIN: Final = 2_000_000
_CHARACTERS_AGAIN: Final = 100 * MEGABYTE
_WIDE: Final = 4


class Dialect(NamedTuple):
    separator: str
    quote: str
    # A space stands before the quotes, and belongs to neither cell.
    spaced: bool = False


class _Lines:
    """Lines, of which the last ones may be given back. `taken`: those since it was emptied."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._returned: deque[str] = deque()
        self.taken: list[str] = []
        self._lines_again = self._characters_again = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if len(self.taken) == _LINES_OF_A_ROW:
            raise csv.Error
        line = self._returned.popleft() if self._returned else next(self._lines)
        self.taken.append(line)
        return line

    def give_back(self) -> None:
        """All that were taken but the first one."""
        rest = self.taken[1:]
        self._lines_again += len(rest)
        self._characters_again += sum(map(len, rest))
        if self._lines_again > _LINES_AGAIN or self._characters_again > _CHARACTERS_AGAIN:
            raise FileRefused("damaged_quotes", "Too many quotes of the file are opened and never closed.")
        self._returned.extendleft(reversed(rest))
        del self.taken[1:]


class Reader:
    """The records in lines. A row with damaged quotes is refused alone; the next line is a row again."""

    def __init__(self, lines: Iterator[str], dialect: Dialect) -> None:
        self._lines = _Lines(lines)
        self._dialect = dialect
        self._reader = csv.reader(
            self._lines,
            delimiter=dialect.separator,
            quotechar=dialect.quote or None,
            quoting=csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE,
            skipinitialspace=dialect.spaced,
            strict=True,
        )

    def __iter__(self) -> Iterator[Record]:
        taken, n, line = self._lines.taken, 0, 1
        while True:
            n += 1
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error:
                yield self._refused(n, line)
                self._lines.give_back()
            else:
                yield self._record(n, cells, line)
            line += len(taken)
            taken.clear()

    def _record(self, n: int, cells: list[str], line: int) -> Record:
        taken = self._lines.taken
        problems = []
        if len(taken) > 1 and self._holds_rows(taken, len(cells)):
            last = line + len(taken) - 1
            detail = f"The quote opened on line {line} is closed on line {last}. Whole rows stand between."
            problems.append(Problem("unclosed_quote", detail=detail))
        return Record(n, [cell or None for cell in cells], problems)

    def _refused(self, n: int, line: int) -> Record:
        """The line as it stands: where its cells end is what nobody knows."""
        cells = self._lines.taken[0].rstrip("\r\n").split(self._dialect.separator)
        detail = f"A quote on line {line} is never closed, or more than the end of the cell follows it."
        return Record(n, [cell or None for cell in cells], [Problem("unclosed_quote", detail=detail)])

    def _holds_rows(self, taken: list[str], width: int) -> bool:
        """A cell of several lines each of which has as many separators as a row: a quote too many opened it,
        and one in a later row closed it. In narrow tables an address of several lines looks like that too."""
        return width >= _WIDE and all(line.count(self._dialect.separator) == width - 1 for line in taken)
