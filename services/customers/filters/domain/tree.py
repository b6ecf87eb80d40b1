"""A filter as it is evaluated: checked, typed, with every name resolved and every date in its zone.

Few operations are left of the many that callers may write: `ne x` is Not(in x), `all_of` is an All,
each comparison of numbers or dates is a span. So what `not` means is decided in one place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Generic, TypeVar

T = TypeVar("T", datetime, Decimal, str)

# What a leaf may ask. The value is: nothing, texts or ids or numbers, one text, or a Span.
IS_SET: Final = "is_set"
IN: Final = "in"
CONTAINS: Final = "contains"
STARTS_WITH: Final = "starts_with"
WITHIN: Final = "within"


@dataclass(frozen=True, slots=True)
class Span(Generic[T]):
    """From `start` on and before `end`; None is no bound. With `closed`, `end` itself is in it."""

    start: T | None = None
    end: T | None = None
    open: bool = False  # `start` itself is not in it
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Leaf:
    """`field` is a standard field or `custom.<key>`."""

    field: str
    op: str
    value: Any = None


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Any_:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Everybody else: an empty value matches no leaf, so it matches the negation of each."""

    part: Node


Node = All | Any_ | Not | Leaf


def leaves(node: Node) -> Iterator[Leaf]:
    match node:
        case Leaf():
            yield node
        case Not(part):
            yield from leaves(part)
        case All(parts) | Any_(parts):
            for each in parts:
                yield from leaves(each)


def with_leaves(node: Node, change: Callable[[Leaf], Node]) -> Node:
    """The same tree with other leaves."""
    match node:
        case Leaf():
            return change(node)
        case Not(part):
            return Not(with_leaves(part, change))
        case All(parts):
            return All(tuple(with_leaves(each, change) for each in parts))
        case Any_(parts):
            return Any_(tuple(with_leaves(each, change) for each in parts))
