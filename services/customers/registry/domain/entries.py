"""What customers are found by: their name and, of each contact point, every spelling in use.

Kept in columns, so that a search compares texts and nothing else. Every entry stands between line ends,
and no word of a query holds one: a match never runs from one entry into the next.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import idna

from identity import Identity, digits_of, line_spellings
from servicekit.text import folded

BETWEEN = "\n"


class Reachable(Protocol):
    """A contact point, kept or just normalised."""

    @property
    def kind(self) -> str: ...
    @property
    def value(self) -> str: ...
    @property
    def identity(self) -> Identity: ...


def found_by(point: Reachable) -> str:
    """The column `contact_point.search`: of a line the digits of each spelling, else the folded address."""
    if lines := line_spellings(point.identity):
        return " ".join(map(digits_of, lines))
    spellings = [point.value, _readable(point.value)] if point.kind == "email" else [point.value]
    return " ".join(dict.fromkeys(map(folded, spellings)))


def search_text(name_folded: str, points: Iterable[str]) -> str:
    """The column `customer_search.text`, from what each contact point is found by."""
    entries = [name_folded, *sorted({point.replace(" ", BETWEEN) for point in points})]
    return f"{BETWEEN}{BETWEEN.join(entries)}{BETWEEN}"


def _readable(address: str) -> str:
    """With an international domain as people write it."""
    local, at, domain = address.rpartition("@")
    if "xn--" not in domain:
        return address
    try:
        return f"{local}{at}{idna.decode(domain)}"
    except (idna.IDNAError, UnicodeError):
        return address
