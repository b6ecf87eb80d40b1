"""Whom a bulk merge is about, in clusters, and what became of each: written down before anybody is merged."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, select, text

from servicekit.database.paging import Keyset, list_page
from services.dedup.tables import merge_target

SURVIVOR: Final = "survivor"
ABSORBED: Final = "absorbed"
UNCHANGED: Final = "unchanged"
REFUSED: Final = "refused"
MANY: Final = 200  # customers of one cluster; of more, nobody could look through what was done

_KNOWN = text("""
    SELECT customer_id, cluster_id FROM merge_target
    WHERE job_id = :job AND customer_id = ANY(CAST(:ids AS uuid[]))""")
_PUT = text("""
    INSERT INTO merge_target (job_id, customer_id, cluster_id)
    SELECT :job, id, cluster FROM unnest(CAST(:ids AS uuid[]), CAST(:clusters AS uuid[])) AS t (id, cluster)
    ON CONFLICT (job_id, customer_id) DO UPDATE SET cluster_id = excluded.cluster_id""")
_FOLLOW = text("""
    UPDATE merge_target t SET cluster_id = joined.cluster
    FROM unnest(CAST(:ids AS uuid[]), CAST(:clusters AS uuid[])) AS joined (id, cluster)
    WHERE t.job_id = :job AND t.cluster_id = joined.id AND joined.id <> joined.cluster""")
_REFUSE_ALONE = text("""
    UPDATE merge_target t SET outcome = 'refused', reason = :reason
    WHERE job_id = :job AND NOT EXISTS (
        SELECT 1 FROM merge_target o
        WHERE o.job_id = t.job_id AND o.cluster_id = t.cluster_id AND o.customer_id <> t.customer_id)""")
_REFUSE_CLUSTER = text("""
    UPDATE merge_target SET outcome = 'refused', reason = :reason
    WHERE job_id = :job AND cluster_id = :cluster AND outcome IS NULL""")
_COUNT = text("""
    SELECT count(*) AS customers, count(DISTINCT cluster_id) FILTER (WHERE outcome IS NULL) AS clusters
    FROM merge_target WHERE job_id = :job""")
# A survivor may gain more, when its cluster is larger than one merge.
_NEXT = text(f"""
    WITH waiting AS (
        SELECT DISTINCT cluster_id FROM merge_target WHERE job_id = :job AND outcome IS NULL
        ORDER BY cluster_id LIMIT :clusters)
    SELECT waiting.cluster_id, found.customer_id FROM waiting CROSS JOIN LATERAL (
        SELECT customer_id FROM merge_target t
        WHERE t.job_id = :job AND t.cluster_id = waiting.cluster_id
              AND (t.outcome IS NULL OR t.outcome = '{SURVIVOR}')
        ORDER BY customer_id LIMIT {MANY + 1}) found
    ORDER BY 1, 2""")
_RECORD = text("""
    UPDATE merge_target t SET outcome = said.outcome, reason = said.reason
    FROM unnest(CAST(:ids AS uuid[]), CAST(:outcomes AS text[]), CAST(:reasons AS text[]))
         AS said (id, outcome, reason)
    WHERE t.job_id = :job AND t.customer_id = said.id AND t.outcome IS NULL
    RETURNING t.outcome""")
_IN_ORDER: Final = Keyset("bulk_merge_refusals", [], merge_target.c.customer_id)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one customer, and the reason if it stays as it is."""

    customer_id: str
    name: str
    reason: str | None = None


def known(connection: Connection, job_id: UUID, ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Of these customers the clusters in which they are already."""
    return {row[0]: row[1] for row in connection.execute(_KNOWN, {"job": job_id, "ids": list(ids)})}


def put(
    connection: Connection, job_id: UUID, customers: Iterable[UUID], *, clusters: Mapping[UUID, UUID]
) -> None:
    """These customers belong to these clusters; whoever was in one that is part of another now follows."""
    moved = sorted(clusters)
    parameters = {"job": job_id, "ids": moved, "clusters": [clusters[each] for each in moved]}
    connection.execute(_FOLLOW, parameters)
    ids = sorted(set(customers))
    connection.execute(_PUT, {"job": job_id, "ids": ids, "clusters": [clusters[each] for each in ids]})


def refuse_alone(connection: Connection, job_id: UUID, *, reason: str) -> int:
    return connection.execute(_REFUSE_ALONE, {"job": job_id, "reason": reason}).rowcount


def refuse_cluster(connection: Connection, job_id: UUID, cluster_id: str, *, reason: str) -> int:
    """All of it that waits."""
    return connection.execute(
        _REFUSE_CLUSTER, {"job": job_id, "cluster": cluster_id, "reason": reason}
    ).rowcount


def count(connection: Connection, job_id: UUID) -> tuple[int, int]:
    """(customers, clusters of them that can be looked at)."""
    row = connection.execute(_COUNT, {"job": job_id}).one()
    return row.customers, row.clusters


def following(connection: Connection, job_id: UUID, *, clusters: int) -> dict[str, list[str]]:
    """The next clusters of which somebody waits, with who is to be looked at: at most MANY and one more."""
    found: dict[str, list[str]] = {}
    for cluster_id, customer_id in connection.execute(_NEXT, {"job": job_id, "clusters": clusters}):
        found.setdefault(str(cluster_id), []).append(str(customer_id))
    return found


def record(connection: Connection, job_id: UUID, outcomes: Iterable[Outcome]) -> list[str]:
    """What became of whom. Returns the names of the outcomes that are new."""
    said = list({each.customer_id: each for each in outcomes}.values())
    parameters = {
        "job": job_id,
        "ids": [each.customer_id for each in said],
        "outcomes": [each.name for each in said],
        "reasons": [each.reason for each in said],
    }
    return list(connection.execute(_RECORD, parameters).scalars()) if said else []


def refusals(connection: Connection, job_id: UUID, *, limit: int, cursor: str | None) -> dict[str, Any]:
    """By id. Raises Invalid for a foreign cursor."""
    statement = select(*merge_target.c).where(
        merge_target.c.job_id == job_id, merge_target.c.outcome == REFUSED
    )
    page = list_page(connection, statement, _IN_ORDER, cursor=cursor, limit=limit)
    data = [{"customer_id": str(row.customer_id), "code": row.reason} for row in page.rows]
    return {"data": data, "next": page.next}
