"""What exported customers are made of: one statement for a page, and only what its columns need."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, text

from servicekit.scope import Scope
from services.customers.registry.queries import as_the_driver_takes_it
from services.customers.registry.views import LAST_AT, POINTS
from services.customers.visibility import visibility_parameters, visible

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
    "points": POINTS,
    "primary_ids": "c.primary_ids",
}
_TAGS = text("""
    SELECT held.id, shown.name_folded, shown.name
    FROM tag held JOIN tag shown ON shown.id = coalesce(held.joined_to, held.id)
    WHERE held.id = ANY(CAST(:numbers AS integer[])) AND shown.deleted_at IS NULL""")


def rows_of(connection: Connection, scope: Scope, ids: Sequence[UUID], *, parts: Iterable[str]) -> list[str]:
    """Of these customers those whom the caller may see, by their ids: JSON arrays of these parts."""
    wanted = ", ".join(PARTS[part] for part in parts)
    condition = visible(scope)
    statement = f"""
        SELECT CAST(json_build_array({wanted}) AS text) FROM customer c
        WHERE c.id = ANY(CAST(:ids AS uuid[])) AND {condition} ORDER BY c.id"""
    parameters = {"ids": list(ids), **visibility_parameters(scope)}
    rows = connection.exec_driver_sql(as_the_driver_takes_it(statement), parameters)
    return [row for (row,) in rows]


def names_of_tags(connection: Connection, numbers: Iterable[int]) -> dict[int, tuple[str, str]]:
    """By the number that customers hold: the folded and the shown name. Deleted ones have none."""
    rows = connection.execute(_TAGS, {"numbers": list(numbers)})
    return {row.id: (row.name_folded, row.name) for row in rows}
