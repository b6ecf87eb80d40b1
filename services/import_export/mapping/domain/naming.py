"""Whether a mapping says what an option or a tag is called: such a text does not follow a rename."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from servicekit.text import folded


def says(mapping: dict[str, Any], labels: Iterable[str]) -> bool:
    """In what every row has, or in how values are to be understood; headers are names of columns only."""
    wanted = {folded(label) for label in labels}
    places = [mapping.get("constants"), *(column.get("as") for column in mapping.get("columns", ()))]
    return any(folded(text) in wanted for text in _texts(places))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _texts([*value, *value.values()])
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
