"""Samples of what a column holds."""

from __future__ import annotations

from typing import Any, Final

SAMPLES: Final = 5
CHARACTERS: Final = 200


def shown(value: Any) -> Any:
    """The value as a sample."""
    if isinstance(value, str) and len(value) > CHARACTERS:
        return value[:CHARACTERS] + "…"
    return value
