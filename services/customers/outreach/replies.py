"""What connectors make of a request, and the broker of a connector that is not there.

A conversation that began counts whatever else was said, then a refusal, then that nobody listens; of several
of a kind the earliest. So replies may come in any order, repeated, and after time was up. Only the source
that was asked is listened to. A reply to nothing that we asked is counted and has no effect.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from prometheus_client import Counter
from sqlalchemy import Connection, text

from servicekit.inputs import find_id

IGNORED = Counter(
    "conversation_replies_ignored_total", "Replies to a conversation request that nobody made", ["reason"]
)

Started = tuple[str, str, UUID, datetime]  # request id, source, interaction, when
Refused = tuple[str, str, str, datetime]  # request id, source, reason, when

# In one order, so that two batches with the same requests wait for each other.
_LOCK: Final = text("""
    SELECT id, source FROM conversation_request WHERE id = ANY(CAST(:ids AS uuid[])) ORDER BY id
    FOR NO KEY UPDATE""")
_START: Final = text("""
    UPDATE conversation_request q SET state = 'started', reason = NULL, interaction_id = r.value,
           closed_at = r.at, version = q.version + 1
    FROM json_to_recordset(CAST(:rows AS json)) AS r (id uuid, value uuid, at timestamptz)
    WHERE q.id = r.id AND (q.state <> 'started' OR (q.closed_at, q.interaction_id) > (r.at, r.value))""")
_REFUSE: Final = text("""
    UPDATE conversation_request q SET state = 'refused', reason = r.value, closed_at = r.at,
           version = q.version + 1
    FROM json_to_recordset(CAST(:rows AS json)) AS r (id uuid, value text, at timestamptz)
    WHERE q.id = r.id AND (q.state IN ('asked', 'no_connector')
        OR q.state = 'refused' AND (q.closed_at, q.reason COLLATE "C") > (r.at, r.value COLLATE "C"))""")
_NOBODY_LISTENS: Final = text("""
    UPDATE conversation_request SET state = 'no_connector', closed_at = :at, version = version + 1
    WHERE id = ANY(CAST(:ids AS uuid[])) AND state = 'asked'""")


def close(connection: Connection, starts: Iterable[Started]) -> None:
    """These conversations began because somebody here asked for them."""
    if rows := _earliest(connection, list(starts)):
        connection.execute(_START, {"rows": orjson.dumps(rows).decode()})


def refuse(connection: Connection, refusals: Iterable[Refused]) -> None:
    """The connector will not begin these; `reason` is its code."""
    if rows := _earliest(connection, list(refusals)):
        connection.execute(_REFUSE, {"rows": orjson.dumps(rows).decode()})


def nobody_listens(connection: Connection, ids: Sequence[UUID], *, at: datetime) -> None:
    """There is no connector for the accounts of these requests."""
    connection.execute(_LOCK, {"ids": sorted(ids)})
    connection.execute(_NOBODY_LISTENS, {"ids": list(ids), "at": at})


def _earliest(connection: Connection, told: Sequence[tuple[str, str, Any, datetime]]) -> list[dict[str, Any]]:
    """One row for each request that was asked of the source that replies. They are locked."""
    asked = {reply[0]: find_id(reply[0]) for reply in told}
    sources = _lock(connection, [id for id in asked.values() if id])
    found: dict[UUID, tuple[datetime, str, Any]] = {}
    for request_id, source, value, at in told:
        id = asked[request_id]
        if id is None or id not in sources:
            IGNORED.labels("unknown_request").inc()
        elif sources[id] != source:
            IGNORED.labels("other_source").inc()
        else:
            found[id] = min(found.get(id, (at, str(value), value)), (at, str(value), value))
    return [{"id": id, "value": value, "at": at} for id, (at, _, value) in sorted(found.items())]


def _lock(connection: Connection, ids: Sequence[UUID]) -> Mapping[UUID, str]:
    if not ids:
        return {}
    return {row.id: row.source for row in connection.execute(_LOCK, {"ids": sorted(set(ids))})}
