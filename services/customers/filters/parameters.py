"""Values of a condition: bound, never written into it."""

from __future__ import annotations

from typing import Any

from services.customers.filters.domain.tree import STARTS_WITH, Leaf
from services.customers.patterns import literal


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
    part = literal(leaf.value)
    return f"{part}%" if leaf.op == STARTS_WITH else f"%{part}%"
