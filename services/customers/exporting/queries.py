"""What exported customers are made of: one statement for a page, and only what its columns need."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from contextlib import closing
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, text

from servicekit.database.pipelined import pipelined
from servicekit.scope import Scope
from services.customers.registry.queries import as_the_driver_takes_it
from services.customers.registry.views import LAST_AT, POINTS
from services.customers.search.ordering import Order
from services.customers.visibility import visibility_parameters, visible

# Of each point only what a file says of it, and whether it is the record's own: where all are, they are shown
# as they are.
_SHORT_POINTS: Final = """(
    SELECT json_agg(json_build_array(p.kind, p.value, p.scope, p.is_primary, p.customer_id = c.id)
                    ORDER BY p.created_at, p.id)
    FROM contact_point p WHERE p.root_id = c.id)"""
# What a row may hold, by the name that exporting.domain.cells knows it by.
PARTS: Final = {
    "id": "c.id",
    "name": "c.name",
    "status": "c.status",
    "channel": "c.channel",
    "version": "c.version",
    "assignee": "c.assignee_id",
    "teams": "c.team_ids",
    "tags": "c.tag_ids",
    "options": "c.opt_ids",
    "custom": "c.custom",
    "created_at": "c.created_at",
    "updated_at": "c.updated_at",
    "last_interaction_at": LAST_AT,
    "points": _SHORT_POINTS,
    "primary_ids": "c.primary_ids",
}
_TAGS = text("""
    SELECT held.id, shown.name_folded, shown.name
    FROM tag held JOIN tag shown ON shown.id = coalesce(held.joined_to, held.id)
    WHERE held.id = ANY(CAST(:numbers AS integer[])) AND shown.deleted_at IS NULL""")


def rows_of(
    connection: Connection, scope: Scope, ids: Sequence[UUID], *, parts: Iterable[str], order: Order | None
) -> list[str]:
    """Of these customers those whom the caller may see, by their ids: JSON arrays of these parts.

    The last element of each is what `order` sorts by.
    """
    (rows,) = rows_in_chunks(connection, scope, [ids], parts=parts, order=order)
    return rows


def rows_in_chunks(
    connection: Connection,
    scope: Scope,
    chunks: Iterable[Sequence[UUID]],
    *,
    parts: Iterable[str],
    order: Order | None,
) -> Generator[list[str], None, None]:
    """The same for each chunk of ids. The database reads the next while the caller is busy with one."""
    wanted = ", ".join([*(PARTS[part] for part in parts), _sorted_by(order) if order else "NULL"])
    condition = visible(scope)
    statement = as_the_driver_takes_it(f"""
        SELECT CAST(json_build_array({wanted}) AS text) FROM customer c
        WHERE c.id = ANY(CAST(:ids AS uuid[])) AND {condition} ORDER BY c.id""")
    parameters = visibility_parameters(scope)
    values = ({"ids": list(chunk), **parameters} for chunk in chunks)
    with closing(pipelined(connection, statement, values)) as answers:
        for rows in answers:
            yield [row for (row,) in rows]


def _sorted_by(order: Order) -> str:
    """As a value that JSON can hold and that compares as the column does."""
    column = LAST_AT if order.key.with_activity else order.key.column
    if order.key.type == "timestamptz":
        return f"CAST(extract(epoch FROM {column}) * 1000000 AS bigint)"
    return column


def names_of_tags(connection: Connection, numbers: Iterable[int]) -> dict[int, tuple[str, str]]:
    """By the number that customers hold: the folded and the shown name. Deleted ones have none."""
    rows = connection.execute(_TAGS, {"numbers": list(numbers)})
    return {row.id: (row.name_folded, row.name) for row in rows}


def points_of_merged(connection: Connection, scope: Scope, ids: Sequence[str]) -> dict[str, list[Any]]:
    """All that messages.shown_points looks at."""
    condition = visible(scope)
    statement = f"""
        SELECT CAST(c.id AS text) AS id, {POINTS} AS points FROM customer c
        WHERE c.id = ANY(CAST(:ids AS uuid[])) AND {condition}"""
    rows = connection.execute(text(statement), {"ids": list(ids), **visibility_parameters(scope)})
    return {row.id: row.points for row in rows}
