"""Customers counted by the values of their fields, as one statement.

They are grouped by what their rows hold, and only the groups are looked into: which of the chosen options are
those of one field is found out for each combination, not for each customer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection

from services.customers.exporting.domain.columns import PRIMARY
from services.customers.fields.domain.definitions import Field
from services.customers.fields.domain.expressions import expression
from services.customers.filters.context import Asker
from services.customers.reporting.domain.asked import Asked, Column
from services.customers.reporting.moments import first_day_of, moment_of
from services.customers.search.narrowing import narrowed
from services.customers.search.selection import Selection
from services.customers.visibility import visible

_COLUMNS: Final = {
    "name": "c.name",
    "status": "c.status",
    "channel": "c.channel",
    "assignee": "c.assignee_id",
    "teams": "c.team_ids",
    "tags": "c.tag_ids",
}
_SHORT: Final = frozenset({"user", "datetime"})
MAX_ROOM: Final = 8_000_000  # bytes: whoever reads them does nothing else meanwhile
_EXACT: Final = 2  # the first numbers of a group are counts
_ACTIVITY: Final = "customer c LEFT JOIN customer_activity a ON a.customer_id = c.id"
_LAST_AT: Final = "last_interaction_at"
# Of a merged customer which address is shown is found out for it alone: it is a group of its own, by its id.
_ADDRESS: Final = """CASE
    WHEN c.primary_ids IS NOT NULL
         OR EXISTS (SELECT FROM contact_point p WHERE p.root_id = c.id AND p.customer_id <> c.id)
    THEN CAST(json_build_array(c.id) AS text)
    ELSE (SELECT CAST(json_build_array(p.value, p.scope) AS text) FROM contact_point p
          WHERE p.root_id = c.id AND p.kind = '{kind}' AND p.is_primary) END"""


@dataclass(frozen=True, slots=True)
class Range:
    """Of all customers those with ids behind `after`, up to `upto`."""

    after: UUID | None = None
    upto: UUID | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """Its answer is one JSON value: of each column the values of all groups, one after the other, where they
    are lists as one text of arrays; then of all groups how many customers they have; with a measure also how
    many of these have a number, the sum of the numbers, the least and the greatest."""

    sql: str
    parameters: Mapping[str, Any]


def statement_of(
    connection: Connection, asker: Asker, asked: Asked, selection: Selection, *, within: Range, most: int
) -> Statement:
    """At most so many groups, whichever; null if their values take too much room."""
    restriction = narrowed(connection, asker, selection)
    condition = visible(asker.scope)
    parameters: dict[str, Any] = {**restriction.parameters, "most": most}
    bounds = _bounds(within, parameters)
    numbers = _measured(asked.measure)
    written = [_key(column, asker, parameters) for column in asked.columns]
    keys = list(dict.fromkeys(written))
    shown = [
        _shown(column, f"k{keys.index(key)}", asker, parameters)
        for column, key in zip(asked.columns, written, strict=True)
    ]
    source = _ACTIVITY if any(c.known.name == _LAST_AT for c in asked.columns) else "customer c"
    groups = f"""
        SELECT {_named("k", keys)}, {_named("n", numbers)}
        FROM {restriction.joined(source)} WHERE {restriction.all_of(condition, *bounds)}
        GROUP BY {_names("k", keys)}"""
    found = f"""
        SELECT {_named("v", shown)}, {_named("n", _merged(len(numbers)))}
        FROM ({groups}) g GROUP BY {_names("v", shown)} LIMIT :most"""
    listed = [
        f"string_agg(coalesce(v{n}, '{{}}'), '')" if column.several else f"json_agg(v{n})"
        for n, column in enumerate(asked.columns)
    ]
    counted = [f"json_agg({_plain(n)})" for n in range(len(numbers))]
    size = " + ".join(["0", *(f"coalesce(octet_length(v{n}), 0)" for n in _texts(asked.columns))])
    # Texts may be long: what would take too much room is not even written.
    sql = f"""
        WITH found AS MATERIALIZED ({found})
        SELECT CASE WHEN (SELECT coalesce(sum({size}), 0) FROM found) <= {MAX_ROOM} THEN
            (SELECT CAST(json_build_array({", ".join((*listed, *counted))}) AS text) FROM found) END"""
    return Statement(sql, parameters)


def _bounds(within: Range, parameters: dict[str, Any]) -> list[str]:
    conditions = []
    if within.after:
        conditions.append("c.id > :after")
        parameters["after"] = within.after
    if within.upto:
        conditions.append("c.id <= :upto")
        parameters["upto"] = within.upto
    return conditions


def _key(column: Column, asker: Asker, parameters: dict[str, Any]) -> str:
    """What the rows `c` and `a` are grouped by."""
    name, custom = column.known.name, column.known.custom
    if column.unit is not None:
        return first_day_of(column, asker, parameters)
    if column.has_options:
        return "c.opt_ids"
    if name in PRIMARY:
        return _ADDRESS.format(kind=PRIMARY[name])
    if custom is not None:
        return f"(c.custom->>'{custom.key}')"
    return moment_of(column) if column.known.type == "datetime" else _COLUMNS[name]


def _texts(columns: Sequence[Column]) -> list[int]:
    """Those that are shown by texts of any length."""
    return [n for n, each in enumerate(columns) if each.unit is None and each.known.type not in _SHORT]


def _shown(column: Column, key: str, asker: Asker, parameters: dict[str, Any]) -> str:
    """What a group is shown by: of all options those of the field, of the teams those that agents are in; of
    days those that our calendar has, wherever somebody is. Arrays as texts."""
    custom, array = column.known.custom, f"g.{key}"
    if column.unit is not None:
        return f"CASE WHEN g.{key} BETWEEN '{date.min}' AND '{date.max}' THEN g.{key} END"
    if custom is not None and column.has_options:
        numbers = f"options_{custom.key}"
        parameters[numbers] = sorted(custom.numbers)
        array = _those(array, f"CAST(:{numbers} AS integer[])")
    elif column.known.type == "teams" and not asker.scope.is_admin:
        array = _those(array, "CAST(:scope_teams AS uuid[])")
    return f"CAST({array} AS text)" if column.is_array else f"g.{key}"


def _those(array: str, wanted: str) -> str:
    return f"ARRAY(SELECT x FROM unnest({array}) x WHERE x = ANY({wanted}) ORDER BY x)"


def _measured(measure: Field | None) -> list[str]:
    if measure is None:
        return ["count(*)"]
    value = expression(measure)
    return ["count(*)", *(f"{name}({value})" for name in ("count", "sum", "min", "max"))]


def _merged(count: int) -> list[str]:
    return ["sum(n0)", "sum(n1)", "sum(n2)", "min(n3)", "max(n4)"][:count]


def _plain(number: int) -> str:
    """How many as numbers; sums as texts, so that no digit is lost."""
    if number < _EXACT:
        return f"CAST(n{number} AS bigint)"
    return f"CAST(trim_scale(n{number}) AS text)"


def _named(prefix: str, expressions: Sequence[str]) -> str:
    return ", ".join(f"{each} AS {prefix}{n}" for n, each in enumerate(expressions))


def _names(prefix: str, expressions: Sequence[str]) -> str:
    return ", ".join(f"{prefix}{n}" for n in range(len(expressions)))
