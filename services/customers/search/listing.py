"""Pages of customers: keyset paging over what the caller may see, empties last, ids break ties."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row

from servicekit.database.engine import PLANNED_FOR_ITS_VALUES
from servicekit.errors import Invalid
from services.customers.cursors import Cursor
from services.customers.filters.context import Asker
from services.customers.registry.queries import as_the_driver_takes_it, list_views
from services.customers.registry.views import View
from services.customers.search import relevance
from services.customers.search.domain.selection import EVERYBODY, Selection
from services.customers.search.narrowing import Narrowed, narrowed
from services.customers.search.ordering import DEFAULT_SORT, Order, read_sort
from services.customers.search.running import Budget, read
from services.customers.visibility import visible, visible_deleted

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
    budget = budget or Budget()
    if selection.q and sort in (None, relevance.SORT):
        restriction = narrowed(connection, asker, selection)
        found = relevance.find(connection, asker, restriction, limit=limit + 1, cursor=cursor, budget=budget)
        sort, rows, capped = relevance.SORT, found.rows, found.capped
    else:
        order = read_sort(sort or DEFAULT_SORT, asker.configuration.fields)
        sort, capped = order.name, False
        restriction = narrowed(
            connection, asker, selection, live=not deleted, with_activity=order.key.with_activity
        )
        rows = _find(
            connection, asker, restriction, order, limit=limit + 1, cursor=cursor, deleted=deleted,
            budget=budget,
        )  # fmt: skip
    last = rows[limit - 1] if len(rows) > limit else None
    views = list_views(connection, asker.scope, [row.id for row in rows[:limit]], deleted=deleted)
    return Page(views, Cursor(sort, last.sort_key, last.id).dump() if last else None, capped)


def _find(
    connection: Connection,
    asker: Asker,
    restriction: Narrowed,
    order: Order,
    *,
    limit: int,
    cursor: str | None,
    deleted: bool,
    budget: Budget,
) -> Sequence[Row[Any]]:
    """Ids and sort keys of the next customers."""
    condition = visible_deleted(asker.scope) if deleted else visible(asker.scope)
    after = Cursor.load(cursor, sort=order.name)
    rows: list[Row[Any]] = []
    for empties in order.runs(after):
        if len(rows) < limit:
            conditions, parameters = order.run(empties=empties, after=after)
            chosen = _chosen(order, restriction, condition, conditions)
            parameters |= {**restriction.parameters, "limit": limit - len(rows)}
            rows += _run(connection, _ways(chosen, order), parameters, restriction, budget)
            after = None
    return rows


def _run(
    connection: Connection,
    ways: Sequence[str],
    parameters: dict[str, Any],
    restriction: Narrowed,
    budget: Budget,
) -> Sequence[Row[Any]]:
    if restriction.is_everybody:
        # What everybody looks at first, and always quick: no detour.
        statement = as_the_driver_takes_it(ways[0])
        return connection.exec_driver_sql(
            statement, parameters, execution_options=PLANNED_FOR_ITS_VALUES
        ).all()
    return read(connection, ways, parameters, budget=budget)


def _chosen(order: Order, restriction: Narrowed, condition: str, conditions: Sequence[str]) -> str:
    key = order.key
    return f"""
        SELECT {key.id} AS id, {key.column} AS sort_key FROM {restriction.joined(key.source)}
        WHERE {restriction.all_of(condition, *conditions)}"""


def _ways(chosen: str, order: Order) -> tuple[str, str]:
    """As the planner likes it, which may walk an index in order; and all who match first, then in order."""
    key, shown = order.key, "SELECT id, CAST(sort_key AS text) AS sort_key"
    walked = f"{shown} FROM ({chosen} ORDER BY {order.order_by(key.column, key.id)} LIMIT :limit) found"
    gathered = f"""
        WITH found AS MATERIALIZED ({chosen})
        {shown} FROM found ORDER BY {order.order_by("found.sort_key", "id")} LIMIT :limit"""
    return walked, gathered
