"""The one place where a filter becomes SQL.

Negations go down to the leaves, so that a plain comparison stays one that an index can answer.
Everything that a caller wrote is a bound parameter; keys of fields hold nothing but letters, digits, _.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import orjson

from services.customers.fields.domain.definitions import WITH_OPTIONS, Definitions, Field
from services.customers.fields.domain.expressions import INDEXED, ORDERED, expression
from services.customers.fields.domain.scalars import stored_moment
from services.customers.filters import addresses
from services.customers.filters.context import Asker
from services.customers.filters.domain.tree import (
    CONTAINS,
    IN,
    IS_SET,
    STARTS_WITH,
    All,
    Any_,
    Leaf,
    Node,
    Not,
    Span,
)
from services.customers.filters.parameters import Parameters, like


@dataclass(frozen=True, slots=True)
class Condition:
    """For WHERE, over the customer row `c`. True for whoever matches; for the others false or null,
    so it is never to be negated: negate the tree. Parameters are named f0, f1, …"""

    sql: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


ALWAYS: Final = Condition("true")
_NOBODY: Final = "false"


def to_condition(node: Node, *, asker: Asker, live: bool = True, with_activity: bool = False) -> Condition:
    """`live=False` where deleted customers are asked for: no search index holds them. `with_activity` where
    the statement joins the customer's row `a` of customer_activity."""
    writer = _Writer(asker.configuration.fields, Parameters(), live, with_activity)
    sql = writer.node(node, negated=False)
    return Condition(sql, writer.parameters.values)


@dataclass(frozen=True, slots=True)
class _Writer:
    fields: Definitions
    parameters: Parameters
    live: bool
    with_activity: bool

    def node(self, node: Node, *, negated: bool) -> str:
        match node:
            case Not(part):
                return self.node(part, negated=not negated)
            case All(parts) | Any_(parts):
                both = isinstance(node, All) != negated
                written = [self.node(part, negated=negated) for part in parts]
                return f"({(' AND ' if both else ' OR ').join(written)})" if written else _word(both)
            case Leaf():
                return self._leaf(node, negated)

    def _leaf(self, leaf: Leaf, negated: bool) -> str:
        if leaf.field in addresses.KINDS:
            return addresses.condition(leaf, self.parameters, negated=negated, live=self.live)
        write = _STANDARD.get(leaf.field)
        sql = write(self, leaf, negated) if write else self._custom(leaf)
        return f"({sql}) IS NOT TRUE" if negated else f"({sql})"

    def _custom(self, leaf: Leaf) -> str:
        custom = self.fields.by_key[leaf.field.removeprefix("custom.")]
        if custom.type in WITH_OPTIONS:
            numbers = sorted(custom.numbers) if leaf.op == IS_SET else leaf.value
            return self.overlap("c.opt_ids", numbers, "integer[]")
        if custom.type in ORDERED:
            return self._ordered(expression(custom), _as_stored(leaf) if custom.type == "datetime" else leaf)
        return self._text(custom, leaf)

    def _ordered(self, column: str, leaf: Leaf) -> str:
        return f"{column} IS NOT NULL" if leaf.op == IS_SET else self.span(column, leaf.value)

    def _text(self, custom: Field, leaf: Leaf) -> str:
        """Equality by the index over all texts and flags."""
        if leaf.op == IS_SET:
            value = expression(custom) if custom.type in INDEXED else f"(c.custom->>'{custom.key}')"
            return f"{value} IS NOT NULL"
        if leaf.op == IN:
            wanted = [orjson.dumps({custom.key: value}).decode() for value in leaf.value]
            if len(wanted) == 1:
                return f"c.custom_search @> CAST({self.parameters.add(wanted[0])} AS jsonb)"
            return f"c.custom_search @> ANY(CAST({self.parameters.add(wanted)} AS jsonb[]))"
        return f"{expression(custom)} LIKE {self.parameters.add(like(leaf))}"

    def overlap(self, column: str, values: Any, type: str) -> str:
        return f"{column} && CAST({self.parameters.add(list(values))} AS {type})" if values else _NOBODY

    def span(self, column: str, span: Span[Any]) -> str:
        if span.start is not None and span.start == span.end and span.closed and not span.open:
            return f"{column} = {self._bound(span.start)}"
        bounds = []
        if span.start is not None:
            bounds.append(f"{column} {'>' if span.open else '>='} {self._bound(span.start)}")
        if span.end is not None:
            bounds.append(f"{column} {'<=' if span.closed else '<'} {self._bound(span.end)}")
        return " AND ".join(bounds)

    def _bound(self, value: Any) -> str:
        return f"CAST({self.parameters.add(value)} AS {_TYPES[type(value)]})"


_TYPES: Final = {datetime: "timestamptz", Decimal: "numeric", str: "text"}


def _word(value: bool) -> str:
    return "true" if value else "false"


def _as_stored(leaf: Leaf) -> Leaf:
    """A custom time is a text whose bytes sort as the moments do."""
    if leaf.op == IS_SET:
        return leaf
    start, end = (bound and stored_moment(bound) for bound in (leaf.value.start, leaf.value.end))
    return replace(leaf, value=replace(leaf.value, start=start, end=end))


def _name(writer: _Writer, leaf: Leaf, negated: bool) -> str:
    if leaf.op == IS_SET:
        return "true"
    if leaf.op == IN:
        return _one_of(writer, "c.name_search", leaf, "text")
    pattern = writer.parameters.add(like(leaf))
    if negated or not writer.live:
        return f"c.name_search LIKE {pattern}"
    return f"c.id IN (SELECT s.customer_id FROM customer_search s WHERE s.name_search LIKE {pattern})"


def _tags(writer: _Writer, leaf: Leaf, negated: bool) -> str:
    """The value of "is set" are the tags that do not count any more."""
    if leaf.op == IN:
        return writer.overlap("c.tag_ids", leaf.value, "integer[]")
    if not leaf.value:
        return "c.tag_ids <> '{}'"
    return f"NOT (c.tag_ids <@ CAST({writer.parameters.add(list(leaf.value))} AS integer[]))"


def _teams(writer: _Writer, leaf: Leaf, negated: bool) -> str:
    """Whoever is seen by an agent is in a team of theirs: the other teams of a customer do not count."""
    if leaf.op == IN:
        return writer.overlap("c.team_ids", leaf.value, "uuid[]")
    return "c.team_ids <> '{}'"


def _one_of(writer: _Writer, column: str, leaf: Leaf, type: str) -> str:
    if leaf.op == IS_SET:
        return f"{column} IS NOT NULL"
    if leaf.op in (CONTAINS, STARTS_WITH):
        return f"{column} LIKE {writer.parameters.add(like(leaf))}"
    if len(leaf.value) == 1:
        return f"{column} = CAST({writer.parameters.add(leaf.value[0])} AS {type})"
    return f"{column} = ANY(CAST({writer.parameters.add(list(leaf.value))} AS {type}[]))"


def _moment(writer: _Writer, leaf: Leaf, negated: bool) -> str:
    if leaf.field != "last_interaction_at":
        return writer._ordered(f"c.{leaf.field}", leaf)
    within = writer._ordered("a.last_at", leaf)
    # A list in this order reads its index only where the filter, too, is on the row that it walks.
    if writer.with_activity:
        return within
    return f"EXISTS (SELECT FROM customer_activity a WHERE a.customer_id = c.id AND {within})"


_Write = Callable[[_Writer, Leaf, bool], str]
_STANDARD: Final[Mapping[str, _Write]] = {
    "name": _name,
    "tags": _tags,
    "teams": _teams,
    "assignee": lambda writer, leaf, _: _one_of(writer, "c.assignee_id", leaf, "uuid"),
    "status": lambda writer, leaf, _: _one_of(writer, "c.status", leaf, "text"),
    "channel": lambda writer, leaf, _: _one_of(writer, "c.channel", leaf, "text"),
    **dict.fromkeys(("created_at", "updated_at", "last_interaction_at"), _moment),
}
