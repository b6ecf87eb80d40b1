"""Writes of merges. All locks of customers are taken by one statement, in the order of their ids."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import Connection, text

from servicekit.database.failures import ChangedMeanwhile
from servicekit.text import folded
from services.customers.fields.domain.definitions import Definitions
from services.customers.fields.domain.searchable import searchable
from services.customers.merging import queries
from services.customers.merging.domain.record import Record

UNDO_WITHIN: Final = timedelta(days=30)

_LOCK = text("""
    SELECT id, root_id, merged_into, merged_by, name, name_source, status, channel, assignee_id, team_ids,
           tag_ids, opt_ids, custom, folded, primary_ids, version, revision, updated_at
    FROM customer WHERE id = ANY(CAST(:ids AS uuid[])) ORDER BY id FOR UPDATE""")

_SAVE = text("""
    UPDATE customer c SET name = r.name, name_source = r.name_source, name_search = r.name_search,
           status = r.status, channel = r.channel, assignee_id = r.assignee_id, team_ids = r.team_ids,
           tag_ids = r.tag_ids, opt_ids = r.opt_ids, custom = r.custom, custom_search = r.custom_search,
           folded = nullif(r.folded, '{}'), primary_ids = nullif(r.primary_ids, '{}')
    FROM json_to_recordset(CAST(:rows AS json)) AS r (
        id uuid, name text, name_source text, name_search text, status text, channel text, assignee_id uuid,
        team_ids uuid[], tag_ids integer[], opt_ids integer[], custom jsonb, custom_search jsonb,
        folded jsonb, primary_ids jsonb)
    WHERE c.id = r.id""")

_RISE = text("""
    UPDATE customer SET version = version + 1, revision = revision + 1, updated_at = :at
    WHERE id = ANY(CAST(:ids AS uuid[]))""")

_ABSORB = text("""
    UPDATE customer SET root_id = :into,
           merged_into = CASE WHEN root_id = id THEN CAST(:into AS uuid) ELSE merged_into END,
           merged_by = CASE WHEN root_id = id THEN CAST(:merge AS uuid) ELSE merged_by END
    WHERE id = ANY(CAST(:ids AS uuid[]))""")
_RESTORE = text("""
    UPDATE customer SET root_id = :root, merged_into = CASE WHEN id = :root THEN NULL ELSE merged_into END,
           merged_by = CASE WHEN id = :root THEN NULL ELSE merged_by END
    WHERE id = ANY(CAST(:tree AS uuid[]))""")

_SHOW_POINTS_OF_ROOTS = text("""
    UPDATE contact_point SET root_id = :into WHERE root_id = ANY(CAST(:roots AS uuid[]))""")
_SHOW_POINTS_OF_RECORDS = text("""
    UPDATE contact_point SET root_id = :root
    WHERE customer_id = ANY(CAST(:tree AS uuid[])) AND root_id <> :root""")

# Before all times: a record that nothing ever happened with says so, while its customer has a time.
_JOIN_ACTIVITY = text("""
    UPDATE customer_activity a SET own_at = coalesce(own_at, last_at, '-infinity'),
           last_at = greatest(last_at, (SELECT max(last_at) FROM customer_activity
                                        WHERE customer_id = ANY(CAST(:absorbed AS uuid[]))))
    WHERE customer_id = :into""")
_PART_ACTIVITY = text("""
    UPDATE customer_activity a SET last_at = nullif(whole.last_at, '-infinity'),
           own_at = CASE WHEN whole.records > 1 THEN coalesce(a.own_at, a.last_at, '-infinity') END
    FROM (SELECT c.root_id, count(*) AS records, max(coalesce(own_at, last_at)) AS last_at
          FROM customer c JOIN customer_activity m ON m.customer_id = c.id
          WHERE c.id = ANY(CAST(:members AS uuid[])) GROUP BY c.root_id) whole
    WHERE a.customer_id = whole.root_id""")

_KEEP = text("""
    INSERT INTO merge (id, primary_id, revision, chosen, merged_by, merged_at, undo_until)
    VALUES (:id, :primary, :revision, CAST(:chosen AS jsonb), CAST(:by AS uuid), :at, :until)
    ON CONFLICT DO NOTHING""")
_KEEP_ABSORBED = text("""
    INSERT INTO merge_member (merge_id, customer_id, position, brought)
    SELECT :id, whom.id, whom.position,
           (SELECT jsonb_agg(to_jsonb(p) - 'root_id') FROM contact_point p WHERE p.root_id = whom.id)
    FROM unnest(CAST(:absorbed AS uuid[])) WITH ORDINALITY AS whom (id, position)""")
_UNDO = text("""
    UPDATE merge SET state = 'undone', undone_by = CAST(:by AS uuid), undone_at = :at,
           "left" = CAST(:left AS jsonb), version = version + 1
    WHERE id = :id AND state = 'applied'""")
_FORGET_BROUGHT = text("UPDATE merge_member SET brought = NULL WHERE merge_id = :id")


def lock(connection: Connection, roots: Collection[UUID], definitions: Definitions) -> dict[UUID, Record]:
    """All records of these customers, locked. ChangedMeanwhile unless they are just as before the lock."""
    members = queries.members_of(connection, roots)
    rows = connection.execute(_LOCK, {"ids": sorted(members)}).all()
    if any(row.root_id not in roots for row in rows) or queries.members_of(connection, roots) != members:
        raise ChangedMeanwhile
    return queries.to_records(connection, rows, definitions)


def save(connection: Connection, records: Iterable[Record]) -> None:
    """What merges change of rows, all but where they belong."""
    if rows := [_row(record) for record in records]:
        connection.execute(_SAVE, {"rows": orjson.dumps(rows).decode()})


def rise(connection: Connection, customers: Iterable[UUID], *, at: datetime) -> None:
    """Version and revision of these customers."""
    connection.execute(_RISE, {"ids": sorted(customers), "at": at})


def absorb(
    connection: Connection, records: Collection[UUID], *, roots: Sequence[UUID], into: UUID, merge: UUID
) -> None:
    """All `records` of these customers are part of another one, with what they show."""
    connection.execute(_JOIN_ACTIVITY, {"absorbed": list(roots), "into": into})
    connection.execute(_ABSORB, {"ids": list(records), "into": into, "merge": merge})
    connection.execute(_SHOW_POINTS_OF_ROOTS, {"roots": list(roots), "into": into})


def restore(connection: Connection, trees: Mapping[UUID, Sequence[UUID]]) -> None:
    """Each tree of records is a customer of its own again, with the contact points of its records."""
    for root, tree in trees.items():
        connection.execute(_RESTORE, {"root": root, "tree": list(tree)})
        connection.execute(_SHOW_POINTS_OF_RECORDS, {"root": root, "tree": list(tree)})


def part_activity(connection: Connection, members: Collection[UUID]) -> None:
    """The latest of each customer, from that of its own records; `members` are all of all of them."""
    connection.execute(_PART_ACTIVITY, {"members": list(members)})


def keep(
    connection: Connection,
    merge_id: UUID,
    *,
    primary: Record,
    absorbed: Sequence[UUID],
    chosen: Mapping[str, UUID],
    by: UUID,
    at: datetime,
) -> None:
    """Write the merge into the ledger, before anything moves. ChangedMeanwhile if the id is there by now."""
    parameters: dict[str, Any] = {
        "id": merge_id,
        "primary": primary.id,
        "revision": primary.revision + 1,
        "chosen": orjson.dumps(dict(chosen)).decode(),
        "by": by,
        "at": at,
        "until": at + UNDO_WITHIN,
    }
    if connection.execute(_KEEP, parameters).rowcount != 1:
        raise ChangedMeanwhile
    connection.execute(_KEEP_ABSORBED, {"id": merge_id, "absorbed": list(absorbed)})


def mark_undone(
    connection: Connection, merge_id: UUID, *, by: UUID, at: datetime, left: Mapping[str, Any]
) -> None:
    """In the ledger. ChangedMeanwhile if somebody else undid it first."""
    parameters = {"id": merge_id, "by": by, "at": at, "left": orjson.dumps(left).decode()}
    if connection.execute(_UNDO, parameters).rowcount != 1:
        raise ChangedMeanwhile
    connection.execute(_FORGET_BROUGHT, {"id": merge_id})


def _row(record: Record) -> dict[str, Any]:
    return {
        "id": record.id,
        "name": record.name,
        "name_source": record.name_source,
        "name_search": folded(record.name),
        "status": record.status,
        "channel": record.channel,
        "assignee_id": record.assignee,
        "team_ids": sorted(record.teams),
        "tag_ids": sorted(record.tags),
        "opt_ids": sorted(record.options),
        "custom": dict(record.custom),
        "custom_search": searchable(record.custom),
        "folded": dict(record.folded),
        "primary_ids": dict(record.primary_ids),
    }
