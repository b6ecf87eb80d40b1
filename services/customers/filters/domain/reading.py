"""From the JSON of a filter to its tree. Everything wrong with it is told at once, where it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from servicekit.problems import Problems, escaped
from services.customers.fields.domain.scalars import InvalidValue
from services.customers.filters.domain import tree
from services.customers.filters.domain.catalogue import (
    CONTACT_FIELDS,
    MAX_DEPTH,
    MAX_LEAVES,
    MAX_VALUES,
    OPPOSITES,
    Known,
    find_field,
)
from services.customers.filters.domain.spans import COMPARISONS, Stretch, read_ago, read_point
from services.customers.filters.domain.terms import Vocabulary, read_part, read_term
from services.customers.filters.domain.tree import All, Any_, Leaf, Node, Not

_GROUPS: Final[dict[str, Callable[[tuple[Node, ...]], Node]]] = {"and": All, "or": Any_}
_LEAF: Final = frozenset({"field", "op", "value"})
_ORDERED: Final = frozenset({"number", "date", "datetime"})
_NOBODY: Final = Any_(())


class _Wrong(InvalidValue):
    """`under`: where in the value it is."""

    def __init__(self, error: InvalidValue, under: str) -> None:
        super().__init__(error.code, error.detail)
        self.under = under


def parse(raw: Any, words: Vocabulary, *, pointer: str) -> Node:
    """The tree, its tags still as they were written. Raises Invalid."""
    reader = _Reader(words)
    node = reader.node(raw, pointer, depth=0)
    reader.problems.raise_if_any()
    return node


class _Reader:
    """One reading: gathers what is wrong and counts the leaves."""

    def __init__(self, words: Vocabulary) -> None:
        self.words = words
        self.problems = Problems()
        self.leaves = 0

    def node(self, raw: Any, pointer: str, *, depth: int) -> Node:
        if not isinstance(raw, Mapping):
            return self._wrong(pointer, "invalid_value", "a group or a comparison is expected, as an object")
        group = next((key for key in ("and", "or", "not") if key in raw), None)
        known = {group} if group else _LEAF
        for key in sorted(raw.keys() - known):
            self._wrong(f"{pointer}/{escaped(key)}", "unknown_property", "there is no such property here")
        if group is None:
            return self._leaf(raw, pointer)
        if depth == MAX_DEPTH:
            self._give_up(pointer, "too_deep", f"at most {MAX_DEPTH} groups within each other")
        at = f"{pointer}/{group}"
        if group == "not":
            return Not(self.node(raw["not"], at, depth=depth + 1))
        return self._parts(_GROUPS[group], raw[group], at, depth=depth + 1)

    def _parts(self, group: Callable[[tuple[Node, ...]], Node], raw: Any, at: str, *, depth: int) -> Node:
        if not isinstance(raw, list) or not raw:
            return self._wrong(at, "invalid_value", "a list of one part or more is expected")
        return group(tuple(self.node(part, f"{at}/{n}", depth=depth) for n, part in enumerate(raw)))

    def _leaf(self, raw: Mapping[str, Any], pointer: str) -> Node:
        self.leaves += 1
        if self.leaves > MAX_LEAVES:
            self._give_up(pointer, "too_many_leaves", f"at most {MAX_LEAVES} comparisons")
        known = self._field(raw, pointer)
        op = known and self._op(known, raw, pointer)
        if not known or not op:
            return _NOBODY
        try:
            return _compared(known, op, raw.get("value"), self.words, given="value" in raw)
        except InvalidValue as error:
            under = error.under if isinstance(error, _Wrong) else ""
            return self._wrong(f"{pointer}/value{under}", error.code, error.detail)

    def _field(self, raw: Mapping[str, Any], pointer: str) -> Known | None:
        if "field" not in raw:
            self._wrong(f"{pointer}/field", "required", "which field?")
            return None
        name = raw["field"]
        known = find_field(name, self.words.fields) if isinstance(name, str) else None
        if known is None:
            self._wrong(f"{pointer}/field", "unknown_field", "there is no such field to filter by")
        elif self.words.masked and known.name in CONTACT_FIELDS:
            self._wrong(f"{pointer}/field", "field_hidden", "contact data is hidden from you")
            return None
        return known

    def _op(self, known: Known, raw: Mapping[str, Any], pointer: str) -> str | None:
        op = raw.get("op")
        if isinstance(op, str) and op in known.ops:
            return op
        code = "unknown_op" if "op" in raw else "required"
        self._wrong(f"{pointer}/op", code, f"one of {', '.join(known.ops)}")
        return None

    def _wrong(self, pointer: str, code: str, detail: str) -> Node:
        self.problems.add(pointer, code, detail)
        return _NOBODY

    def _give_up(self, pointer: str, code: str, detail: str) -> None:
        """Nothing more is read of what is too large."""
        self.problems.add(pointer, code, detail)
        self.problems.raise_if_any()


def _compared(known: Known, op: str, value: Any, words: Vocabulary, *, given: bool) -> Node:
    if op in OPPOSITES:
        return Not(_compared(known, OPPOSITES[op], value, words, given=given))
    if op == "is_set":
        if value not in (None, True):
            raise InvalidValue("invalid_value", "this operation takes no value")
        return Leaf(known.name, tree.IS_SET)
    if not given:
        raise InvalidValue("required", "a value is expected")
    if op in ("contains", "starts_with"):
        return Leaf(known.name, op, read_part(known, value))
    if known.type == "boolean":
        return Leaf(known.name, tree.IN, (_flag(value),))
    return _ordered(known, op, value, words) if known.type in _ORDERED else _listed(known, op, value, words)


def _listed(known: Known, op: str, value: Any, words: Vocabulary) -> Node:
    if op == "eq":
        return Leaf(known.name, tree.IN, read_term(known, value, words))
    terms = _each(value, lambda item: read_term(known, item, words))
    if op == "all_of":
        return All(tuple(Leaf(known.name, tree.IN, term) for term in terms))
    return Leaf(known.name, tree.IN, tuple(dict.fromkeys(one for term in terms for one in term)))


def _ordered(known: Known, op: str, value: Any, words: Vocabulary) -> Node:
    def point(item: Any) -> Stretch:
        return read_point(known.type, item, words.calendar)

    if op in COMPARISONS:
        return Leaf(known.name, tree.WITHIN, point(value).compared(op))
    if op == "in":
        spans = dict.fromkeys(_each(value, lambda item: point(item).compared("eq")))
        return Any_(tuple(Leaf(known.name, tree.WITHIN, span) for span in spans))
    if op == "between":
        ends = _each(value, point)
        if len(ends) != 2:
            raise InvalidValue("invalid_value", "a list of two values is expected")
        return Leaf(known.name, tree.WITHIN, ends[0].upto(ends[1]))
    return Leaf(known.name, tree.WITHIN, read_ago(known.type, op, value, words.calendar))


def _each(value: Any, read: Callable[[Any], Any]) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise InvalidValue("invalid_value", "a list of one value or more is expected")
    if len(value) > MAX_VALUES:
        raise InvalidValue("too_many_values", f"at most {MAX_VALUES} values")
    found = []
    for n, item in enumerate(value):
        try:
            found.append(read(item))
        except InvalidValue as error:
            raise _Wrong(error, f"/{n}") from None
    return found


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise InvalidValue("invalid_value", "true or false is expected")
    return value
