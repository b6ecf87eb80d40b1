"""Pages of customers: keyset paging over what the caller may see, empties last, ids break ties."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, text

from servicekit import jsonio
from servicekit.errors import Invalid
from servicekit.scope import Scope
from services.customers.registry.cursors import Cursor
from services.customers.registry.queries import as_the_driver_takes_it
from services.customers.registry.views import VIEW, View
from services.customers.registry.visibility import visibility_parameters, visible, visible_deleted

MAX_LIMIT: Final = 200
COUNTED: Final = 10_000
DEFAULT_SORT: Final = "-created_at"


@dataclass(frozen=True, slots=True)
class _Key:
    """What rows are sorted by. `source` holds it and `id`; empties are a second run behind the others."""

    column: str
    id: str = "c.id"
    source: str = "customer c"
    type: str = "timestamptz"
    has_empties: bool = False


_KEYS: Final = {
    "name": _Key("c.name_search", type="text"),
    "created_at": _Key("c.created_at"),
    "updated_at": _Key("c.updated_at"),
    "last_interaction_at": _Key(
        "a.last_at",
        "a.customer_id",
        "customer_activity a JOIN customer c ON c.id = a.customer_id",
        has_empties=True,
    ),
}


@dataclass(frozen=True, slots=True)
class Page:
    views: list[View]
    next: str | None


def page(
    connection: Connection, scope: Scope, *, limit: int, cursor: str | None, sort: str | None, deleted: bool
) -> Page:
    """One page. Raises Invalid for a sort or a cursor that is none of ours."""
    sort = sort or DEFAULT_SORT
    key, descending = _KEYS.get(sort.removeprefix("-")), sort.startswith("-")
    if key is None:
        raise Invalid.at("/sort", "unknown_sort", f"one of {', '.join(_KEYS)}, with - for descending")
    after = Cursor.load(cursor, sort=sort)
    condition = visible_deleted(scope) if deleted else visible(scope)
    rows: list[Row[Any]] = []
    for empties in _runs(key, after):
        if len(rows) <= limit:
            statement, parameters = _statement(key, condition, descending, empties=empties, after=after)
            parameters |= {"limit": limit + 1 - len(rows), **visibility_parameters(scope)}
            rows += connection.exec_driver_sql(as_the_driver_takes_it(statement), parameters)
            after = None
    return Page([jsonio.loads(row.view) for row in rows[:limit]], _next(rows, limit, sort))


def _runs(key: _Key, after: Cursor | None) -> tuple[bool, ...]:
    """Those with a value come first, then those without; a cursor may be behind the former already."""
    if not key.has_empties:
        return (False,)
    return (True,) if after and after.value is None else (False, True)


def count(connection: Connection, scope: Scope, *, deleted: bool) -> dict[str, Any]:
    """How many there are, exactly up to a bound."""
    condition = visible_deleted(scope) if deleted else visible(scope)
    statement = f"SELECT count(*) FROM (SELECT FROM customer c WHERE {condition} LIMIT :bound) counted"
    parameters = {"bound": COUNTED + 1, **visibility_parameters(scope)}
    found = connection.execute(text(statement), parameters).scalar_one()
    return {"value": min(found, COUNTED), "relation": "eq" if found <= COUNTED else "gte"}


def _statement(
    key: _Key, condition: str, descending: bool, *, empties: bool, after: Cursor | None
) -> tuple[str, dict[str, Any]]:
    direction, beyond = ("DESC", "<") if descending else ("ASC", ">")
    # The index has empties last when walked down and first when walked up: runs never mix, so both fit.
    nulls = "NULLS LAST" if descending else "NULLS FIRST"
    nulls = nulls if key.has_empties else ""
    conditions, parameters = [condition], dict[str, Any]()
    if key.has_empties:
        conditions.append(f"{key.column} IS {'' if empties else 'NOT '}NULL")
    if after and empties:
        conditions.append(f"{key.id} {beyond} :after_id")
        parameters = {"after_id": after.id}
    elif after:
        conditions.append(f"({key.column}, {key.id}) {beyond} (CAST(:after AS {key.type}), :after_id)")
        value = after.value if key.type == "text" else after.moment()
        parameters = {"after": value, "after_id": after.id}
    statement = f"""
        SELECT {VIEW} AS view, c.id, CAST({key.column} AS text) AS sort_key FROM {key.source}
        WHERE {" AND ".join(conditions)}
        ORDER BY {key.column} {direction} {nulls}, {key.id} {direction} LIMIT :limit"""
    return statement, parameters


def _next(rows: Sequence[Row[Any]], limit: int, sort: str) -> str | None:
    if len(rows) <= limit:
        return None
    last = rows[limit - 1]
    return Cursor(sort, last.sort_key, last.id).dump()
