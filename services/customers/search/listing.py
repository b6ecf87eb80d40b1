"""Pages of customers: keyset paging over what the caller may see, empties last, ids break ties."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row

from servicekit import jsonio
from servicekit.errors import Invalid
from services.customers.filters.context import Asker
from services.customers.registry.cursors import Cursor
from services.customers.registry.queries import as_the_driver_takes_it
from services.customers.registry.views import VIEW, View
from services.customers.registry.visibility import visible, visible_deleted
from services.customers.search import relevance
from services.customers.search.domain.selection import EVERYBODY, Selection
from services.customers.search.narrowing import Narrowed, narrowed
from services.customers.search.ordering import DEFAULT_SORT, Order, read_sort
from services.customers.search.running import Budget, read

MAX_LIMIT: Final = 200


@dataclass(frozen=True, slots=True)
class Page:
    """`capped`: more customers match than were ranked."""

    views: list[View]
    next: str | None
    capped: bool = False


def page(
    connection: Connection,
    asker: Asker,
    *,
    selection: Selection = EVERYBODY,
    limit: int,
    cursor: str | None,
    sort: str | None,
    deleted: bool = False,
    budget: Budget | None = None,
) -> Page:
    """One page. Raises Invalid for a sort or a cursor that is none of ours, and `query_too_expensive`."""
    if deleted and selection.q:
        raise Invalid.at("/q", "not_searchable", "deleted customers are listed and filtered, not searched")
    restriction, budget = narrowed(connection, asker, selection, live=not deleted), budget or Budget()
    if restriction.match and sort in (None, relevance.SORT):
        rows = relevance.read_rows(
            connection, asker, restriction, limit=limit + 1, cursor=cursor, budget=budget
        )
        return _page(rows, limit, relevance.SORT, capped=any(row.capped for row in rows))
    order = read_sort(sort or DEFAULT_SORT, asker.configuration.fields)
    after = Cursor.load(cursor, sort=order.name)
    rows = []
    for empties in order.runs(after):
        if len(rows) <= limit:
            conditions, parameters = order.run(empties=empties, after=after)
            parameters |= {**restriction.parameters, "limit": limit + 1 - len(rows)}
            ways = _ways(asker, restriction, order, conditions, deleted=deleted)
            rows += _run(connection, ways, parameters, restriction, budget)
            after = None
    return _page(rows, limit, order.name)


def _run(
    connection: Connection,
    ways: Sequence[str],
    parameters: dict[str, Any],
    restriction: Narrowed,
    budget: Budget,
) -> Sequence[Row[Any]]:
    if restriction.is_everybody:
        # Always quick, always the same text, and what everybody looks at first: no detour.
        return connection.exec_driver_sql(as_the_driver_takes_it(ways[0]), parameters).all()
    return read(connection, ways, parameters, budget=budget)


def _ways(
    asker: Asker, restriction: Narrowed, order: Order, conditions: Sequence[str], *, deleted: bool
) -> tuple[str, str]:
    """As the planner likes it, which may walk an index in order; and all who match first, then in order."""
    condition = visible_deleted(asker.scope) if deleted else visible(asker.scope)
    key, source = order.key, restriction.joined(order.key.source)
    narrowed = restriction.all_of(condition, *conditions)
    walked = f"""
        SELECT {VIEW} AS view, c.id, CAST({key.column} AS text) AS sort_key FROM {source}
        WHERE {narrowed} ORDER BY {order.order_by(key.column, key.id)} LIMIT :limit"""
    gathered = f"""
        WITH found AS MATERIALIZED (
            SELECT {key.id} AS id, {key.column} AS sort_key FROM {source} WHERE {narrowed}),
        picked AS (SELECT * FROM found ORDER BY {order.order_by("sort_key", "id")} LIMIT :limit)
        SELECT {VIEW} AS view, c.id, CAST(sort_key AS text) AS sort_key
        FROM picked JOIN customer c ON c.id = picked.id WHERE {condition}
        ORDER BY {order.order_by("picked.sort_key", "picked.id")}"""
    return walked, gathered


def _page(rows: Sequence[Row[Any]], limit: int, sort: str, *, capped: bool = False) -> Page:
    last = rows[limit - 1] if len(rows) > limit else None
    cursor = Cursor(sort, last.sort_key, last.id).dump() if last else None
    return Page([jsonio.loads(row.view) for row in rows[:limit]], cursor, capped)
