"""Values of a condition, and patterns in which nothing that a caller typed is special."""

from __future__ import annotations

import re
from typing import Any

from services.customers.filters.domain.tree import STARTS_WITH, Leaf

_SPECIAL = re.compile(r"([\\%_])")


class Parameters:
    """Named in the order in which they are added."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}

    def add(self, value: Any) -> str:
        """The placeholder that stands for it."""
        name = f"f{len(self.values)}"
        self.values[name] = value
        return f":{name}"


def like(leaf: Leaf) -> str:
    """The pattern of "contains" or "starts with"."""
    part = escaped(leaf.value)
    return f"{part}%" if leaf.op == STARTS_WITH else f"%{part}%"


def escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)
