"""A selection as SQL: what a statement over customers adds to the predicate of visibility."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection

from services.customers.filters.context import Asker
from services.customers.filters.sql import to_condition
from services.customers.search.domain.selection import Selection
from services.customers.search.matching import Match, to_match
from services.customers.visibility import visibility_parameters

# Searches read little where only words are asked for; whatever else is asked for needs the customer, too.
SEARCHED: Final = "customer_search s"
BOTH: Final = "customer_search s JOIN customer c ON c.id = s.customer_id"
ALSO_SEARCHED: Final = "JOIN customer_search s ON s.customer_id = c.id"


@dataclass(frozen=True, slots=True)
class Narrowed:
    """`conditions` are about the customer `c`, those of `match` about `s`."""

    conditions: tuple[str, ...]
    match: Match | None
    parameters: Mapping[str, Any]

    @property
    def is_everybody(self) -> bool:
        return not self.conditions and self.match is None

    def joined(self, source: str) -> str:
        """`source` of customers with what the conditions need besides."""
        return f"{source} {ALSO_SEARCHED}" if self.match else source

    def all_of(self, *further: str) -> str:
        """Every condition, with others."""
        matched = (self.match.condition,) if self.match else ()
        return " AND ".join((*further, *self.conditions, *matched))


def narrowed(
    connection: Connection,
    asker: Asker,
    selection: Selection,
    *,
    live: bool = True,
    with_activity: bool = False,
) -> Narrowed:
    """With all parameters, those of the predicate of visibility among them."""
    conditions, parameters = list[str](), visibility_parameters(asker.scope)
    if selection.filter is not None:
        condition = to_condition(selection.filter, asker=asker, live=live, with_activity=with_activity)
        conditions.append(condition.sql)
        parameters |= condition.parameters
    if selection.ids is not None:
        conditions.append("c.id = ANY(CAST(:ids AS uuid[]))")
        parameters["ids"] = list(selection.ids)
    if selection.excluded:
        conditions.append("c.id <> ALL(CAST(:excluded AS uuid[]))")
        parameters["excluded"] = sorted(selection.excluded)
    match = None
    if selection.q:
        match = to_match(connection, selection.q, scope=asker.scope, masked=asker.masked)
        parameters |= match.parameters
    return Narrowed(tuple(conditions), match, parameters)
