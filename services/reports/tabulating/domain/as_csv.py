"""The answer as a CSV file that spreadsheets open as it is meant."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, Final

from servicekit.formulas import guarded
from services.reports.configuring.domain.model import PERCENTS, TOTAL, Json

BYTE_ORDER_MARK: Final = "\ufeff"
_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_GRAND: Final = "Total"


def to_csv(answer: Json, *, separator: str = ",") -> str:
    """One line for each row of an answer with `rows`, subtotals before what is in them, the grand total last.

    Percentages follow as columns of their own. Text that a spreadsheet would run begins with an apostrophe.
    """
    text = io.StringIO(newline="")
    text.write(BYTE_ORDER_MARK)
    columns = answer["columns"]
    keys = [column["key"] for column in columns if column["kind"] == "cell"]
    shares = _shares(answer["grand"].get("percent", {}))
    # Always quoted: a file whose first letters are ID is no table to a spreadsheet.
    header = csv.writer(text, delimiter=separator, quoting=csv.QUOTE_ALL)
    header.writerow([guarded(title) for title in _titles(columns, shares)])
    lines = csv.writer(text, delimiter=separator)
    depth = sum(column["kind"] == "grouping" for column in columns)
    for row in answer["rows"]:
        lines.writerow([*_names(row, depth), *_figures(row, keys, shares)])
    grand = answer["grand"] | {TOTAL: answer["grand_total"]}
    lines.writerow([_GRAND, *[""] * (depth - 1), *_figures(grand, keys, shares)])
    return text.getvalue()


def _shares(percent: Json) -> list[tuple[str, str]]:
    """The kind and the key of each column of percentages."""
    return [(kind, key) for kind in PERCENTS for key in percent.get(kind, ())]


def _titles(columns: Sequence[Json], shares: Sequence[tuple[str, str]]) -> Iterator[str]:
    titles = {column["key"]: column["label"] for column in columns if column["kind"] != "cell"}
    named = [titles.get(column["key"], column["key"]) for column in columns]
    yield from map(str, named)
    for kind, key in shares:
        yield f"{titles[TOTAL] if key == TOTAL else key} (% of {kind})"


def _names(row: Json, depth: int) -> Iterator[str]:
    """What stands in the columns of the groupings; that of a subtotal says what it is."""
    level = row["level"]
    for at, (value, label) in enumerate(zip(row["values"], row["labels"], strict=True), start=1):
        if at == level < depth:
            yield guarded(f"{label} total")
        elif isinstance(value, int | float) and _NUMBER.fullmatch(label):
            yield label
        else:
            yield guarded(label)
    yield from [""] * (depth - level)


def _figures(row: Json, keys: Sequence[str], shares: Sequence[tuple[str, str]]) -> Iterator[str]:
    yield from (_number(row["cells"][key]) for key in keys)
    yield _number(row[TOTAL])
    yield from (_number(row["percent"][kind][key]) for kind, key in shares)


def _number(value: Any) -> str:
    """Without an exponent, which spreadsheets round."""
    if value is None:
        return ""
    text = repr(value)
    return format(Decimal(text), "f") if "e" in text else text
