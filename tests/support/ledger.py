"""What the customers service has on its books, counted and summed up in SQL."""

from __future__ import annotations

from typing import Any, Final

import psycopg

from tests.support.flood import SOURCE

_COUNTS: Final = """
    SELECT (SELECT count(*) FROM customer) AS customers,
           (SELECT count(*) FROM contact_point) AS addresses,
           count(*) FILTER (WHERE kind = 'conversation') AS conversation,
           count(*) FILTER (WHERE kind = 'appointment') AS appointment,
           count(*) FILTER (WHERE kind = 'purchase') AS purchase,
           (SELECT count(*) FROM message) AS messages,
           coalesce(sum(messages), 0)::bigint AS counted_messages,
           (SELECT coalesce(sum(items), 0)::bigint FROM history_count WHERE kind = 'purchase')
               AS counted_purchases,
           (SELECT coalesce(sum(amount), 0) FROM history_count WHERE kind = 'purchase') AS amount,
           count(*) FILTER (WHERE status = 'closed') AS closed
    FROM interaction"""
_TABLES: Final = (
    "customer",
    "contact_point",
    "customer_activity",
    "customer_search",
    "interaction",
    "message",
    "history_count",
    "change",
    "inbox",
    "parked_message",
)


class Ledger:
    """On a connection of its own; use it in a `with` block."""

    def __init__(self, database_url: str) -> None:
        self._connection = psycopg.connect(database_url, autocommit=True)

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *exc: object) -> None:
        self._connection.close()

    def counts(self) -> dict[str, Any]:
        with self._connection.cursor(row_factory=psycopg.rows.dict_row) as cursor:
            row = cursor.execute(_COUNTS).fetchone()
        assert row is not None
        return row

    def taken(self) -> int:
        """Events of the flood that were recorded."""
        return self._one(f"SELECT count(*) FROM inbox WHERE source = '{SOURCE}'")

    def parked(self) -> int:
        return self._one("SELECT count(*) FROM parked_message")

    def checksums(self) -> dict[str, tuple[int, Any]]:
        """Of every table that holds what was said: rows, and a sum that any change of one would change."""
        return {table: self._checksum(table) for table in _TABLES}

    def _checksum(self, table: str) -> tuple[int, Any]:
        row = self._connection.execute(
            f"SELECT count(*), sum(hashtextextended(t::text, 0)::numeric) FROM {table} t"
        ).fetchone()
        assert row is not None
        return row[0], row[1]

    def _one(self, statement: str) -> int:
        row = self._connection.execute(statement).fetchone()
        assert row is not None
        return int(row[0])
