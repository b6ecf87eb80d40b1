"""How many customers a selection holds, exactly up to a bound."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection

from services.customers.filters.context import Asker
from services.customers.search.domain.selection import EVERYBODY, Selection
from services.customers.search.narrowing import SEARCHED, narrowed
from services.customers.search.running import Budget, read
from services.customers.visibility import searchable, visible, visible_deleted

EXACTLY: Final = 10_000


def count(
    connection: Connection,
    asker: Asker,
    selection: Selection = EVERYBODY,
    *,
    deleted: bool = False,
    budget: Budget | None = None,
    exactly: int = EXACTLY,
) -> dict[str, Any]:
    """{value, relation}, the exact number up to `exactly`. Raises Invalid `query_too_expensive`."""
    restriction = narrowed(connection, asker, selection, live=not deleted)
    if restriction.match and not restriction.conditions:
        source, condition = SEARCHED, searchable(asker.scope)
    else:
        source = restriction.joined("customer c")
        condition = visible_deleted(asker.scope) if deleted else visible(asker.scope)
    matching = f"FROM {source} WHERE {restriction.all_of(condition)}"
    # No order, so the bound can only spare work: to gather all first was slower or as slow, always.
    statement = f"SELECT count(*) FROM (SELECT {matching} LIMIT :bound) counted"
    parameters = {**restriction.parameters, "bound": exactly + 1}
    ((found,),) = read(connection, [statement], parameters, budget=budget or Budget())
    return {"value": min(found, exactly), "relation": "eq" if found <= exactly else "gte"}
