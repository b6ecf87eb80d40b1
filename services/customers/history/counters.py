"""How many of a kind each customer has, by team: kept by what changes, so that nobody has to count.

The rows belong to the customer that things were written with, whose row the caller has locked.
"""

from __future__ import annotations

from collections.abc import Mapping

import orjson
from sqlalchemy import Connection, text

from services.customers.history.domain.counted import Count, Place

_ADD = text("""
    INSERT INTO history_count AS h (customer_id, kind, team_id, currency, items, amount)
    SELECT * FROM json_to_recordset(CAST(:rows AS json)) AS r (
        customer_id uuid, kind text, team_id uuid, currency text, items bigint, amount numeric)
    ORDER BY customer_id, kind, team_id, currency
    ON CONFLICT (customer_id, kind, team_id, currency) DO UPDATE
        SET items = h.items + excluded.items, amount = h.amount + excluded.amount""")


def add(connection: Connection, counts: Mapping[Place, Count]) -> None:
    """Adds differences, which may be negative. Nothing to add costs nothing."""
    rows = [
        {
            "customer_id": customer_id,
            "kind": kind,
            "team_id": team,
            "currency": currency,
            "items": count.items,
            "amount": str(count.amount),
        }
        for (customer_id, kind, team, currency), count in counts.items()
    ]
    if rows:
        connection.execute(_ADD, {"rows": orjson.dumps(rows).decode()})
