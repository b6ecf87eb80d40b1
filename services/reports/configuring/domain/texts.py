"""How a value is written as a text: what people type to mean it, and what is shown of it."""

from __future__ import annotations

from typing import Any


def text_of(value: Any) -> str:
    """`1`, not `1.0`; `true`; texts and dates are themselves."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)
