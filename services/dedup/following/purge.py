"""Of who is gone for good nothing is left, in every place that holds a customer's id."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, text

from services.dedup.pairs import repository as pairs

# Every place that holds the id of a customer or of a record of one, with how its rows are found. A test
# compares this with the tables: a new place belongs in here before it can be used.
CATALOGUE: Final = {
    "pair.first_id": "first_id = ANY(CAST(:ids AS uuid[]))",
    "pair.second_id": "second_id = ANY(CAST(:ids AS uuid[]))",
    "told_pair.first_id": "first_id = ANY(CAST(:ids AS uuid[]))",
    "told_pair.second_id": "second_id = ANY(CAST(:ids AS uuid[]))",
    "decision.first_id": "first_id = ANY(CAST(:ids AS uuid[]))",
    "decision.second_id": "second_id = ANY(CAST(:ids AS uuid[]))",
    "indexed_identity.customer_id": "customer_id = ANY(CAST(:ids AS uuid[]))",
    "indexed_record.record_id": "record_id = ANY(CAST(:ids AS uuid[]))",
    "indexed_record.customer_id": "customer_id = ANY(CAST(:ids AS uuid[]))",
    "indexed_customer.customer_id": "customer_id = ANY(CAST(:ids AS uuid[]))",
    "left_record.record_id": "record_id = ANY(CAST(:ids AS uuid[]))",
    "access_request.customer_id": "customer_id = ANY(CAST(:ids AS uuid[]))",
    "merge_target.customer_id": """customer_id = ANY(CAST(:ids AS uuid[]))
        AND job_id IN (SELECT id FROM job WHERE kind = 'merge_exact')""",  # as its index is sorted
}
# Of these rows only the id goes: whoever asked for somebody is not told that they are gone.
CLEARED: Final = {"access_request.customer_id"}
# These name a cluster by one of its customers: those that stay get another name when that one goes.
NAMES: Final = {"pair.cluster_id", "merge_target.cluster_id"}
_RENAME: Final = text("""
    UPDATE merge_target t SET cluster_id = called.customer_id FROM (
        SELECT DISTINCT ON (job_id, cluster_id) job_id, cluster_id, customer_id FROM merge_target
        WHERE cluster_id = ANY(CAST(:ids AS uuid[])) AND job_id IN (
            SELECT id FROM job WHERE kind = 'merge_exact')
        ORDER BY job_id, cluster_id, customer_id) AS called
    WHERE t.job_id = called.job_id AND t.cluster_id = called.cluster_id""")


def purge(connection: Connection, ids: Collection[UUID], *, at: datetime) -> None:
    """Under the index's lock."""
    pairs.replace(connection, ids, [], at=at)
    for place, condition in CATALOGUE.items():
        connection.execute(text(f"{_emptied(place)} WHERE {condition}"), {"ids": sorted(ids)})
    connection.execute(_RENAME, {"ids": sorted(ids)})


def _emptied(place: str) -> str:
    table, _, column = place.partition(".")
    return f"UPDATE {table} SET {column} = NULL" if place in CLEARED else f"DELETE FROM {table}"
