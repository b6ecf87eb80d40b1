"""Reads of a batch: what an edit needs to know of its customers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, text

from servicekit.scope import Scope
from services.customers.registry.domain.customer import Customer, Tag
from services.customers.registry.queries import folded_as_of_now, reached_of, to_customer
from services.customers.visibility import visibility_parameters, visible

_TAGS = text("""
    SELECT held.id AS number, t.id, t.name, t.name_folded
    FROM tag held JOIN tag t ON t.id = coalesce(held.joined_to, held.id)
    WHERE held.id = ANY(CAST(:numbers AS integer[])) AND t.deleted_at IS NULL""")


def customers_of(
    connection: Connection,
    scope: Scope,
    ids: Collection[UUID],
    *,
    columns: Collection[str],
    with_points: bool = False,
) -> dict[UUID, Customer]:
    """These customers as they are, those of them that the caller may see.

    What nobody asked for is left out: contact points, and custom values where it can be.
    """
    custom = "c.custom, c.opt_ids" if "custom" in columns else "NULL AS custom, NULL AS opt_ids"
    statement = f"""
        SELECT c.id, c.name, c.name_source, c.status, c.channel, c.created_at, c.version, c.revision,
               c.assignee_id, c.team_ids, c.tag_ids, c.folded, {custom}
        FROM customer c WHERE c.id = ANY(CAST(:ids AS uuid[])) AND {visible(scope)}"""
    rows = connection.execute(text(statement), {"ids": list(ids), **visibility_parameters(scope)}).all()
    tags = tags_of(connection, {n for row in rows for n in row.tag_ids}) if "tag_ids" in columns else {}
    reached = reached_of(connection, [row.id for row in rows]) if with_points else {}
    return {
        row.id: to_customer(
            row,
            tags=_tags_in(row, tags),
            folded=folded_as_of_now(connection, row.folded),
            reached=reached.get(row.id),
        )
        for row in rows
    }


def tags_of(connection: Connection, numbers: Iterable[int]) -> dict[int, Tag]:
    """By each number that a row holds the tag that it means now. A deleted one means nothing."""
    wanted = sorted(set(numbers))
    if not wanted:
        return {}
    rows = connection.execute(_TAGS, {"numbers": wanted})
    return {row.number: Tag(row.id, row.name, row.name_folded) for row in rows}


def _tags_in(row: Row[Any], tags: Mapping[int, Tag]) -> Iterable[Tag]:
    """Each once, by however many numbers the row holds it."""
    held = [tags[number] for number in row.tag_ids if number in tags]
    return {tag.id: tag for tag in held}.values()
