"""Whom a bulk action was refused for, and why: kept as long as the job."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import Connection, select, text

from servicekit.database.paging import Keyset, list_page
from services.customers.bulk.domain.outcome import Refusal
from services.customers.tables import bulk_refusal

_ADD = text("""
    INSERT INTO bulk_refusal (job_id, position, customer_id, code, detail)
    SELECT :job, :first + position, customer_id, code, detail
    FROM json_to_recordset(CAST(:refusals AS json)) AS r (
        position bigint, customer_id uuid, code text, detail text)""")
_IN_ORDER: Final = Keyset("bulk_refusals", [], bulk_refusal.c.position)


def add(connection: Connection, job_id: UUID, refusals: Sequence[Refusal], *, first: int) -> None:
    """`first` is how many of the job's targets were done before this batch."""
    if refusals:
        rows = [
            {"position": i, "customer_id": each.customer_id, "code": each.code, "detail": each.detail}
            for i, each in enumerate(refusals)
        ]
        parameters = {"job": job_id, "first": first, "refusals": orjson.dumps(rows).decode()}
        connection.execute(_ADD, parameters)


def page(connection: Connection, job_id: UUID, *, limit: int, cursor: str | None) -> dict[str, Any]:
    """In the order in which they came about. Raises Invalid for a foreign cursor."""
    statement = select(*bulk_refusal.c).where(bulk_refusal.c.job_id == job_id)
    found = list_page(connection, statement, _IN_ORDER, cursor=cursor, limit=limit)
    data = [
        {"customer_id": str(row.customer_id), "code": row.code, "detail": row.detail} for row in found.rows
    ]
    return {"data": data, "next": found.next}
