"""Conditions on contact points: every address of that kind that the customer shows, not only the primary one.

customer_search.text holds all of them and has an index, but does not tell a phone from a WhatsApp
number: it narrows down, and the contact points decide.
"""

from __future__ import annotations

from typing import Final

from identity import Identity, digits_of
from identity.model import LINE
from servicekit.text import folded
from services.customers.filters.domain.tree import IN, IS_SET, STARTS_WITH, Leaf
from services.customers.filters.parameters import Parameters
from services.customers.patterns import literal
from services.customers.registry.domain.entries import BETWEEN

KINDS: Final = ("email", "phone", "whatsapp")


def condition(leaf: Leaf, parameters: Parameters, *, negated: bool, live: bool) -> str:
    """`live`: whether customer_search holds those who are asked for."""
    exists = f"EXISTS (SELECT FROM contact_point p WHERE {_point(leaf, parameters)})"
    if negated:
        return f"NOT {exists}"
    if leaf.op == IS_SET or not live:
        return exists
    patterns = _patterns(leaf)
    few = len(patterns) == 1
    like = (
        f"LIKE {parameters.add(patterns[0])}"
        if few
        else f"LIKE ANY(CAST({parameters.add(patterns)} AS text[]))"
    )
    return f"({exists} AND c.id IN (SELECT s.customer_id FROM customer_search s WHERE s.text {like}))"


def _point(leaf: Leaf, parameters: Parameters) -> str:
    of_kind = f"p.root_id = c.id AND p.kind = '{leaf.field}'"
    match leaf.op:
        case "is_set":
            return of_kind
        case "in":
            identities = parameters.add([identity.value for identity in leaf.value])
            return f"{of_kind} AND p.identity = ANY(CAST({identities} AS text[]))"
        case "starts_with":
            return f"{of_kind} AND ' ' || p.search LIKE {parameters.add(f'% {literal(leaf.value)}%')}"
    return f"{of_kind} AND p.search LIKE {parameters.add(f'%{literal(leaf.value)}%')}"


def _patterns(leaf: Leaf) -> list[str]:
    """Those of customer_search.text: an entry as a whole, its beginning, or a part of it."""
    if leaf.op == IN:
        return [f"%{BETWEEN}{literal(_entry(identity))}{BETWEEN}%" for identity in leaf.value]
    beginning = BETWEEN if leaf.op == STARTS_WITH else ""
    return [f"%{beginning}{literal(leaf.value)}%"]


def _entry(identity: Identity) -> str:
    return digits_of(identity.value) if identity.space == LINE else folded(identity.value)
