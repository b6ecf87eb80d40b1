"""The inbox: which events have had their effect. Recorded in the transaction of the effect itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection, text

Key = tuple[str, str]

# Sorted, so that two replicas with the same events wait for each other instead of deadlocking.
_RECORD: Final = text("""
    INSERT INTO inbox (source, event_id)
    SELECT * FROM unnest(CAST(:sources AS text[]), CAST(:ids AS text[]))
    ON CONFLICT DO NOTHING RETURNING source, event_id
""")


def record(connection: Connection, keys: Iterable[Key]) -> set[Key]:
    """Those of the keys that are new. Waits for a transaction that is recording the same one."""
    ordered = sorted(set(keys))
    if not ordered:
        return set()
    values = {"sources": [source for source, _ in ordered], "ids": [event_id for _, event_id in ordered]}
    return {(row.source, row.event_id) for row in connection.execute(_RECORD, values)}
