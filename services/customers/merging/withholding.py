"""After an undoing: what the survivor's history tells of those who were part of it is for administrators."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, text

from services.customers.messages import MASKED

# What a merge changed, addresses and fields whoever changed them, and later changes of what a merge changed:
# those name what was there before. Read from the feed's index, and no further back than the merge.
_WITHHOLD: Final = text("""
    WITH since AS MATERIALIZED (
        SELECT c.id, c.origin, c.field, c.withheld
        FROM unnest(CAST(:records AS uuid[])) AS record (id)
        CROSS JOIN (VALUES (false), (true)) AS told (of_teams)
        JOIN change c ON c.customer_id = record.id AND (c.field = 'teams') = told.of_teams AND c.at >= :since)
    UPDATE change SET withheld = true WHERE id IN (
        SELECT id FROM since WHERE NOT withheld AND (
            origin = 'merge' OR field = ANY(CAST(:addresses AS text[])) OR starts_with(field, 'custom.')
            OR field IN (SELECT field FROM since WHERE origin = 'merge')))""")


def withhold(connection: Connection, records: Collection[UUID], *, since: datetime) -> None:
    """The values of these records' changes that may be of somebody who was merged into them then.

    Nothing is lost: administrators see all. It takes as long as there are changes since the merge.
    """
    parameters = {"records": list(records), "since": since, "addresses": list(MASKED)}
    connection.execute(_WITHHOLD, parameters)
