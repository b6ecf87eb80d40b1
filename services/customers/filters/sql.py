"""The one place where a filter becomes SQL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from services.customers.filters.context import Asker
from services.customers.filters.domain.tree import Node


@dataclass(frozen=True, slots=True)
class Condition:
    """For WHERE, over the customer row `c`. True for whoever matches; for the others false or null,
    so it is never to be negated: negate the tree. Parameters are named f0, f1, …"""

    sql: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


ALWAYS: Final = Condition("true")


def to_condition(node: Node, *, asker: Asker) -> Condition:
    raise NotImplementedError
