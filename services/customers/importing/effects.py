"""The table of what imports did: read before a batch, written with it, forgotten after a while."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import Connection, Row, text

from servicekit.database import Transactions
from servicekit.database.failures import ChangedMeanwhile
from servicekit.database.purge import delete_in_chunks

Json = dict[str, Any]
# An import can be undone for thirty days after its end; its first rows are older than that.
KEPT: Final = timedelta(days=32)
CHANGED: Final = "outcome IN ('created', 'updated', 'merged')"
_CHUNK: Final = 10_000

# Two workers with one batch, of which one lost its turn: the second finds what the first did.
_TAKE_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended('import ' || :run || ' ' || :first, 0))")
_FIND = text("""
    SELECT n, customer_id, outcome, version, answer FROM import_effect
    WHERE run_id = :run AND n = ANY(CAST(:rows AS integer[]))""")
_FORGET_ROWS = text("DELETE FROM import_effect WHERE run_id = :run AND n = ANY(CAST(:rows AS integer[]))")
_ADD = text("""
    INSERT INTO import_effect (run_id, n, customer_id, outcome, version, answer, effect, at)
    SELECT :run, n, customer_id, outcome, version, answer, effect, :at
    FROM json_to_recordset(CAST(:rows AS json)) AS r (
        n integer, customer_id uuid, outcome text, version integer, answer jsonb, effect jsonb)
    ON CONFLICT DO NOTHING""")
_CUSTOMERS = text(f"""
    SELECT DISTINCT customer_id FROM import_effect
    WHERE run_id = :run AND {CHANGED} AND (CAST(:after AS uuid) IS NULL OR customer_id > :after)
    ORDER BY customer_id LIMIT :limit""")
_OF_CUSTOMERS = text(f"""
    SELECT n, customer_id, outcome, version, effect, undone FROM import_effect
    WHERE run_id = :run AND {CHANGED} AND customer_id = ANY(CAST(:ids AS uuid[]))
    ORDER BY position""")
_MARK = text(f"""
    UPDATE import_effect e SET undone = r.undone
    FROM json_to_recordset(CAST(:rows AS json)) AS r (customer uuid, undone jsonb)
    WHERE e.run_id = :run AND e.customer_id = r.customer AND {CHANGED}""")
_FORGET = text("""
    DELETE FROM import_effect WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM import_effect WHERE at < :before LIMIT :chunk FOR UPDATE SKIP LOCKED))""")


def take_turn(connection: Connection, run: UUID, *, first: int) -> None:
    connection.execute(_TAKE_TURN, {"run": str(run), "first": str(first)})


def find(connection: Connection, run: UUID, rows: Sequence[int]) -> dict[int, Row[Any]]:
    """What became of these rows, as far as they were decided for good."""
    found = connection.execute(_FIND, {"run": run, "rows": list(rows)})
    return {row.n: row for row in found}


def forget_rows(connection: Connection, run: UUID, rows: Sequence[int]) -> None:
    """They are decided anew."""
    if rows:
        connection.execute(_FORGET_ROWS, {"run": run, "rows": list(rows)})


def add(connection: Connection, run: UUID, rows: Sequence[Mapping[str, Any]], *, at: datetime) -> None:
    """Raises ChangedMeanwhile if one of them took effect in between."""
    if rows:
        parameters = {"run": run, "at": at, "rows": orjson.dumps(rows).decode()}
        if connection.execute(_ADD, parameters).rowcount != len(rows):
            raise ChangedMeanwhile


def customers_of(connection: Connection, run: UUID, *, after: UUID | None, limit: int) -> list[UUID]:
    """Whom an import made or changed, in the order of their ids."""
    return list(connection.execute(_CUSTOMERS, {"run": run, "after": after, "limit": limit}).scalars())


def of_customers(connection: Connection, run: UUID, ids: Sequence[UUID]) -> dict[UUID, list[Row[Any]]]:
    """All that it did to each of these, in the order in which it was done."""
    found: dict[UUID, list[Row[Any]]] = {id_: [] for id_ in ids}
    for row in connection.execute(_OF_CUSTOMERS, {"run": run, "ids": list(ids)}):
        found[row.customer_id].append(row)
    return found


def mark_undone(connection: Connection, run: UUID, undone: Iterable[tuple[UUID, Json]]) -> None:
    rows = [{"customer": customer, "undone": content} for customer, content in undone]
    if rows:
        connection.execute(_MARK, {"run": run, "rows": orjson.dumps(rows).decode()})


def forget_old(database: Transactions, *, at: datetime) -> int:
    """What can be undone no more. Returns how many rows went; replicas share the work."""
    return delete_in_chunks(database, _FORGET, chunk=_CHUNK, before=at - KEPT)
