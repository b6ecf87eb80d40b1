"""What texts and flags among custom values are compared by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from servicekit.text import folded


def searchable(custom: Mapping[str, Any]) -> dict[str, Any]:
    """The column `custom_search` beside `custom`: texts without case and accents, flags as they are.

    Of dates too, which are texts here: their fields need not be known where a customer is written.
    """
    found = {key: folded(value) if isinstance(value, str) else value for key, value in custom.items()}
    return {key: value for key, value in found.items() if isinstance(value, str | bool)}
