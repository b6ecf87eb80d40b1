"""Which character parts the cells of a text file."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, Literal

_SEPARATORS: Final = (",", ";", "\t", "|")


def most_likely(lines: Sequence[str], quote: str) -> str:
    """The separator that makes rows of one width out of most of the lines; a comma if none does."""
    best, separator = (0.0, 0), ","
    for candidate in _SEPARATORS:
        fit = _fit(lines, candidate, quote)
        if fit > best:
            best, separator = fit, candidate
    return separator


def _fit(lines: Sequence[str], separator: str, quote: str) -> tuple[float, int]:
    """The share of rows as wide as most are, and that width."""
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE
    reader = csv.reader(lines, delimiter=separator, quotechar=quote or None, quoting=quoting)
    widths = list(_widths(reader))
    wide = Counter(width for width in widths if width > 1)
    if not wide:
        return 0.0, 0
    width, count = max(wide.items(), key=lambda each: (each[1], each[0]))
    return round(count / len(widths), 1), width


def _widths(rows: Iterator[list[str]]) -> Iterator[int]:
    """As far as there are rows: behind an open quote there may be more than a cell can hold."""
    try:
        for row in rows:
            if any(row):
                yield len(row)
    except csv.Error:
        return
