"""Reads for merging: the records of customers with all that merges change, and the ledger."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, text

from servicekit.scope import Scope
from services.customers.fields.domain.definitions import Definitions
from services.customers.merging.domain import folded
from services.customers.merging.domain.record import Record
from services.customers.visibility import visibility_parameters, visible, visible_part

# Most customers are one record, and no index holds those twice.
_MEMBERS = text("""
    SELECT id FROM customer WHERE id = ANY(CAST(:roots AS uuid[])) UNION
    SELECT id FROM customer WHERE root_id = ANY(CAST(:roots AS uuid[])) AND root_id <> id""")
_JOINED = text("""
    SELECT id, joined_to FROM tag WHERE id = ANY(CAST(:ids AS integer[])) AND joined_to IS NOT NULL""")


@dataclass(frozen=True, slots=True)
class Merge:
    """One row of the ledger, with whom it absorbed."""

    id: UUID
    primary_id: UUID
    absorbed: list[UUID]
    state: str
    merged_by: UUID | None
    merged_at: datetime
    undo_until: datetime
    undone_by: UUID | None
    undone_at: datetime | None
    left: dict[str, Any] | None
    version: int


def members_of(connection: Connection, roots: Collection[UUID]) -> set[UUID]:
    """All records of these customers. For writers, who lock and read them again; never to be shown."""
    return set(connection.execute(_MEMBERS, {"roots": list(roots)}).scalars())


def to_records(
    connection: Connection, rows: Iterable[Row[Any]], definitions: Definitions
) -> dict[UUID, Record]:
    """Rows as they were locked, with joined tags and options as what they became."""
    rows = list(rows)
    tags = {tag for row in rows for tag in (*row.tag_ids, *folded.tags(row.folded))}
    joined = {row.id: row.joined_to for row in connection.execute(_JOINED, {"ids": sorted(tags)})}
    options = {number: option.number for number, (_, option) in definitions.by_option.items()}
    return {row.id: _to_record(row, joined, options) for row in rows}


def _to_record(row: Row[Any], tags: dict[int, int], options: dict[int, int]) -> Record:
    return Record(
        id=row.id,
        root_id=row.root_id,
        merged_into=row.merged_into,
        merged_by=row.merged_by,
        name=row.name,
        name_source=row.name_source,
        status=row.status,
        channel=row.channel,
        assignee=None if row.assignee_id is None else str(row.assignee_id),
        version=row.version,
        revision=row.revision,
        updated_at=row.updated_at,
        teams=frozenset(map(str, row.team_ids)),
        tags=frozenset(tags.get(tag, tag) for tag in row.tag_ids),
        options=frozenset(options.get(number, number) for number in row.opt_ids),
        custom=row.custom or {},
        folded=folded.resolved(row.folded, tags=tags, options=options),
        primary_ids=row.primary_ids or {},
    )


def find_merge(connection: Connection, scope: Scope, merge_id: UUID) -> Merge | None:
    """For who may see the survivor and, by the teams of each, everybody whom it absorbed."""
    statement = f"SELECT {_MERGE} FROM merge g {_of_visible(scope)} WHERE g.id = :id"
    parameters = {"id": merge_id, **visibility_parameters(scope)}
    row = connection.execute(text(statement), parameters).one_or_none()
    return None if row is None else Merge(**row._mapping)


def get_merge(connection: Connection, merge_id: UUID) -> Merge:
    """One that is there, for whoever asks."""
    row = connection.execute(text(f"SELECT {_MERGE} FROM merge g WHERE g.id = :id"), {"id": merge_id}).one()
    return Merge(**row._mapping)


def list_merges(
    connection: Connection,
    scope: Scope,
    *,
    members: Sequence[UUID] | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[Merge]:
    """Up to `limit` merges, the latest first; of these records only, if they are named."""
    conditions = ["true"]
    if members is not None:
        conditions.append("""g.id IN (
            SELECT id FROM merge WHERE primary_id = ANY(CAST(:members AS uuid[])) UNION
            SELECT merge_id FROM merge_member WHERE customer_id = ANY(CAST(:members AS uuid[])))""")
    if after is not None:
        conditions.append("(g.merged_at, g.id) < (:after_at, :after_id)")
    statement = f"""
        SELECT {_MERGE} FROM merge g {_of_visible(scope)} WHERE {" AND ".join(conditions)}
        ORDER BY g.merged_at DESC, g.id DESC LIMIT :limit"""
    after_at, after_id = after or (None, None)
    parameters = {"members": members, "after_at": after_at, "after_id": after_id, "limit": limit}
    rows = connection.execute(text(statement), {**parameters, **visibility_parameters(scope)})
    return [Merge(**row._mapping) for row in rows]


_MERGE = """
    g.id, g.primary_id, g.state, g.merged_by, g.merged_at, g.undo_until, g.undone_by, g.undone_at, g."left",
    g.version, ARRAY(SELECT whom.customer_id FROM merge_member whom
                     WHERE whom.merge_id = g.id ORDER BY whom.position) AS absorbed"""


def _of_visible(scope: Scope) -> str:
    """Joins the survivor as it is now (`c`); nothing for who may not see all of the merge: after it was
    undone, also whom everybody of it is part of by now.
    """
    today = "true" if scope.is_admin else f"(g.state <> 'undone' OR {visible(scope, 'today')})"
    return f"""
        JOIN customer kept ON kept.id = g.primary_id
        JOIN customer c ON c.id = kept.root_id AND {visible(scope)}
            AND NOT EXISTS (SELECT FROM merge_member whom JOIN customer part ON part.id = whom.customer_id
                            JOIN customer today ON today.id = part.root_id
                            WHERE whom.merge_id = g.id
                              AND NOT ({visible_part(scope, "part")} AND {today}))"""
