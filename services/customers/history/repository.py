"""Writes of what happened, and of messages: for a whole batch with each statement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import Connection, Row, text

from servicekit.clock import to_rfc3339
from servicekit.ids import new_id
from services.customers.history.domain.heard import Key
from services.customers.history.domain.parts import (
    UNTIL_TOLD,
    Part,
    Parts,
    happens_at,
    last_message_at,
    value,
)
from services.customers.history.domain.saying import Message

_FIND = text("""
    SELECT i.source, i.external_id, i.kind, i.id, i.customer_id, c.root_id,
           r.deleted_at IS NOT NULL AS deleted
    FROM json_to_recordset(CAST(:rows AS json)) AS wanted (source text, external_id text, kind text)
    JOIN interaction i USING (source, external_id, kind)
    JOIN customer c ON c.id = i.customer_id JOIN customer r ON r.id = c.root_id""")

# Whoever was merged into another is found there.
_CUSTOMERS = text("""
    SELECT c.id, c.root_id FROM customer c JOIN customer r ON r.id = c.root_id
    WHERE c.id = ANY(CAST(:ids AS uuid[])) AND r.deleted_at IS NULL""")

_READ = text("""
    SELECT id, at, channel, team_id, assignee_id, status, body, clocks, last_preview
    FROM interaction WHERE id = ANY(CAST(:ids AS uuid[]))""")

_COLUMNS = """
    kind text, id uuid, customer_id uuid, source text, external_id text, at timestamptz, channel text,
    team_id uuid, assignee_id uuid, status text, body jsonb, clocks jsonb, messages integer,
    last_message_at timestamptz, last_preview text"""

_INSERT = text(f"""
    INSERT INTO interaction (kind, id, customer_id, source, external_id, at, channel, team_id, assignee_id,
                             status, body, clocks, messages, last_message_at, last_preview)
    SELECT r.* FROM json_to_recordset(CAST(:rows AS json)) AS r ({_COLUMNS})
    ON CONFLICT DO NOTHING""")

_UPDATE = text(f"""
    UPDATE interaction i SET at = r.at, channel = r.channel, team_id = r.team_id, assignee_id = r.assignee_id,
           status = r.status, body = r.body, clocks = r.clocks, messages = i.messages + r.messages,
           last_message_at = r.last_message_at, last_preview = r.last_preview
    FROM json_to_recordset(CAST(:rows AS json)) AS r ({_COLUMNS}) WHERE i.id = r.id""")

_ADD_MESSAGES = text("""
    INSERT INTO message (id, interaction_id, source, external_id, at, direction, kind, preview)
    SELECT * FROM json_to_recordset(CAST(:rows AS json)) AS r (
        id uuid, interaction_id uuid, source text, external_id text, at timestamptz, direction text,
        kind text, preview text)
    ON CONFLICT DO NOTHING RETURNING interaction_id""")

_SET_ASIDE = text("""
    UPDATE interaction SET external_id = external_id || ' (deleted ' || id || ')'
    WHERE id = ANY(CAST(:ids AS uuid[]))""")

# Of a customer whom others were merged into, its own record's time is kept beside that of all.
_ACTIVE = text("""
    INSERT INTO customer_activity AS a (customer_id, last_at, own_at, conversations, messages)
    SELECT * FROM json_to_recordset(CAST(:rows AS json)) AS r (
        customer_id uuid, last_at timestamptz, own_at timestamptz, conversations integer, messages integer)
    ORDER BY customer_id
    ON CONFLICT (customer_id) DO UPDATE SET last_at = greatest(a.last_at, excluded.last_at),
        own_at = CASE WHEN a.own_at IS NOT NULL THEN greatest(a.own_at, excluded.own_at) END,
        conversations = a.conversations + excluded.conversations, messages = a.messages + excluded.messages
    WHERE a.last_at IS DISTINCT FROM greatest(a.last_at, excluded.last_at) OR a.own_at < excluded.own_at
       OR excluded.conversations + excluded.messages > 0""")

_UNKNOWN_TEAMS = text("""
    INSERT INTO unknown_team AS u (name, source, events, first_seen, last_seen)
    SELECT name, source, events, :now, :now FROM json_to_recordset(CAST(:rows AS json)) AS r (
        name text, source text, events bigint)
    ORDER BY name COLLATE "C", source COLLATE "C"
    ON CONFLICT (name, source) DO UPDATE SET events = u.events + excluded.events, last_seen = :now""")


# Parts without a column of their own.
_IN_BODY: Final = frozenset(
    {"name", "url", "request", "teams", "title", "location", "ends_at", "amount", "currency"}
)


@dataclass(frozen=True, slots=True)
class Known:
    """Something heard of before. It stays with the customer it was written with; `root_id` shows it."""

    id: UUID
    customer_id: UUID
    root_id: UUID
    deleted: bool


@dataclass(frozen=True, slots=True)
class Written:
    """Something as it is to be: what is known of it, and how many messages are new."""

    id: UUID
    customer_id: UUID
    key: Key
    parts: Parts
    messages: int = 0


@dataclass(slots=True)
class Activity:
    """What a batch adds to one record. `own_at` is of what is its own, `last_at` of all that it shows."""

    last_at: datetime | None = None
    own_at: datetime | None = None
    conversations: int = 0
    messages: int = 0


def find(connection: Connection, keys: Collection[Key]) -> dict[Key, Known]:
    """Which of these are known, and whose they are. Without a lock."""
    wanted = [
        {"source": source, "external_id": external_id, "kind": kind} for source, external_id, kind in keys
    ]
    rows = connection.execute(_FIND, {"rows": _json(wanted)})
    return {(source, external_id, kind): Known(*rest) for source, external_id, kind, *rest in rows}


def find_customers(connection: Connection, ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The root of each of these records that belongs to a customer. Without a lock."""
    if not ids:
        return {}
    return {row.id: row.root_id for row in connection.execute(_CUSTOMERS, {"ids": sorted(ids)})}


def read(connection: Connection, ids: Collection[UUID]) -> dict[UUID, dict[str, Part]]:
    """What is known of things whose customers the caller locked."""
    if not ids:
        return {}
    return {row.id: _to_parts(row) for row in connection.execute(_READ, {"ids": list(ids)})}


def insert(connection: Connection, new: Sequence[Written]) -> bool:
    """Keeps what is new. False if somebody else kept one of them meanwhile: start again."""
    if not new:
        return True
    return connection.execute(_INSERT, {"rows": _json(map(_row, new))}).rowcount == len(new)


def update(connection: Connection, changed: Sequence[Written]) -> None:
    """Keeps what became of known ones, adding the new messages to their count."""
    if changed:
        connection.execute(_UPDATE, {"rows": _json(map(_row, changed))})


def add_messages(connection: Connection, messages: Iterable[tuple[UUID, Key, Message]]) -> Counter[UUID]:
    """Keeps those that are new; how many that were, for each conversation."""
    rows = [
        {
            "id": new_id(),
            "interaction_id": interaction_id,
            "source": source,
            "external_id": message.external_id,
            "at": message.at,
            "direction": message.direction,
            "kind": message.kind,
            "preview": message.preview,
        }
        for interaction_id, (source, *_), message in messages
    ]
    return Counter(connection.execute(_ADD_MESSAGES, {"rows": _json(rows)}).scalars()) if rows else Counter()


def set_aside(connection: Connection, ids: Collection[UUID]) -> None:
    """Ends what belongs to deleted customers: what comes next about it is about another."""
    if ids:
        connection.execute(_SET_ASIDE, {"ids": sorted(ids)})


def add_activity(connection: Connection, activities: Mapping[UUID, Activity]) -> None:
    """Last interaction and counters; each customer once."""
    rows = [
        {
            "customer_id": customer_id,
            "last_at": a.last_at,
            "own_at": a.own_at,
            "conversations": a.conversations,
            "messages": a.messages,
        }
        for customer_id, a in activities.items()
    ]
    if rows:
        connection.execute(_ACTIVE, {"rows": _json(rows)})


def count_unknown_teams(connection: Connection, named: Counter[tuple[str, str]], *, now: datetime) -> None:
    """`named` counts events by the team's name and their source."""
    rows = [{"name": name, "source": source, "events": events} for (name, source), events in named.items()]
    if rows:
        connection.execute(_UNKNOWN_TEAMS, {"rows": _json(rows), "now": now})


def _row(written: Written) -> dict[str, Any]:
    parts, (source, external_id, kind) = written.parts, written.key
    return {
        "kind": kind,
        "id": written.id,
        "customer_id": written.customer_id,
        "source": source,
        "external_id": external_id,
        "at": happens_at(parts),
        "channel": value(parts, "channel"),
        "team_id": value(parts, "team"),
        "assignee_id": value(parts, "assignee"),
        "status": value(parts, "status") or UNTIL_TOLD[kind],
        "body": {name: part[1] for name, part in parts.items() if name in _IN_BODY and part[1] is not None},
        "clocks": {name: part[0] for name, part in parts.items()},
        "messages": written.messages,
        "last_message_at": last_message_at(parts),
        "last_preview": value(parts, "last"),
    }


def _to_parts(row: Row[Any]) -> dict[str, Part]:
    values = {
        **row.body,
        "at": to_rfc3339(row.at),
        "channel": row.channel,
        "team": row.team_id and str(row.team_id),
        "assignee": row.assignee_id and str(row.assignee_id),
        "status": row.status,
        "last": row.last_preview,
    }
    return {name: (mark, values.get(name)) for name, mark in row.clocks.items()}


def _json(rows: Iterable[object]) -> str:
    return orjson.dumps(list(rows)).decode()
