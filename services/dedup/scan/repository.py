"""What a scan reads and writes of the database, a few thousand pairs at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, text

from services.dedup.pairs.domain.clusters import Edge
from services.dedup.pairs.repository import Ends

_CHUNK: Final = text("""
    SELECT n, first_id, second_id FROM scan_candidate WHERE n > :after ORDER BY n LIMIT :limit
""")
# Whoever shares an identity, was told to be one person or is a pair by now, whatever their names.
_ALIKE_OTHERWISE: Final = text("""
    WITH shared AS (
        SELECT array_agg(customer_id) AS ids FROM indexed_identity
        GROUP BY space, value HAVING count(*) BETWEEN 2 AND :most)
    INSERT INTO scan_candidate (n, first_id, second_id)
    SELECT :count + row_number() OVER (ORDER BY first_id, second_id), first_id, second_id
    FROM ((SELECT a AS first_id, b AS second_id
           FROM shared CROSS JOIN unnest(ids) AS a CROSS JOIN unnest(ids) AS b WHERE a < b
           UNION SELECT least(a.customer_id, b.customer_id), greatest(a.customer_id, b.customer_id)
           FROM told_pair JOIN indexed_record AS a ON a.record_id = told_pair.first_id
               JOIN indexed_record AS b ON b.record_id = told_pair.second_id
           WHERE a.customer_id <> b.customer_id
           UNION SELECT first_id, second_id FROM pair)
          EXCEPT SELECT first_id, second_id FROM scan_candidate) AS others
""")
_OTHERS_AT_WORK: Final = text("""
    SELECT EXISTS (SELECT FROM job
                   WHERE kind = ANY(:kinds) AND id <> :id AND status = 'running' AND state ? 'after')
""")
_FACTS: Final = text("""
    SELECT customer_id, md5(CAST(facts AS text)), CAST(facts AS text)
    FROM indexed_customer WHERE customer_id = ANY(:ids)
""")
_PAIRED: Final = text("""
    SELECT first_id, second_id FROM pair
    JOIN unnest(CAST(:first AS uuid[]), CAST(:second AS uuid[])) AS asked (first_id, second_id)
        USING (first_id, second_id)
""")
_HASHES: Final = text("""
    SELECT customer_id, md5(CAST(facts AS text)) AS hash FROM indexed_customer WHERE customer_id = ANY(:ids)
""")
_REMOVE: Final = text("""
    DELETE FROM pair
    USING unnest(CAST(:first AS uuid[]), CAST(:second AS uuid[])) AS gone (first_id, second_id)
    WHERE pair.first_id = gone.first_id AND pair.second_id = gone.second_id
    RETURNING pair.first_id, pair.second_id, pair.cluster_id
""")
_ALL_PAIRS: Final = text("SELECT id, first_id, second_id, score, cluster_id FROM pair")
_SET_CLUSTERS: Final = text("""
    UPDATE pair SET cluster_id = moved.new
    FROM unnest(CAST(:id AS uuid[]), CAST(:old AS uuid[]), CAST(:new AS uuid[])) AS moved (id, old, new)
    WHERE pair.id = moved.id AND pair.cluster_id = moved.old
""")


def is_another_at_work(connection: Connection, *, kinds: Sequence[str], job_id: UUID) -> bool:
    """Whether a job of these kinds has done a part of its work, and not all."""
    return bool(connection.execute(_OTHERS_AT_WORK, {"kinds": list(kinds), "id": job_id}).scalar_one())


def forget_candidates(connection: Connection) -> None:
    connection.exec_driver_sql("TRUNCATE scan_candidate")


def add_others(connection: Connection, *, count: int, most: int) -> int:
    """Behind `count` candidates those who are alike in other ways than by a clue; how many there are then.

    An identity that more than `most` share is a placeholder.
    """
    return count + connection.execute(_ALIKE_OTHERWISE, {"count": count, "most": most}).rowcount


def candidates_after(connection: Connection, after: int, *, limit: int) -> tuple[list[Ends], int]:
    """The next pairs to compare, and the number of the last of them."""
    rows = connection.execute(_CHUNK, {"after": after, "limit": limit}).all()
    return [(row.first_id, row.second_id) for row in rows], rows[-1].n if rows else after


def facts_of(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, tuple[str, str]]:
    """Hash and facts (JSON) of those that are in the index."""
    return {id_: (hash_, facts) for id_, hash_, facts in connection.execute(_FACTS, {"ids": list(ids)})}


def paired_among(connection: Connection, pairs: Sequence[Ends]) -> list[Ends]:
    """Those that are in the queue by now."""
    return [(row[0], row[1]) for row in connection.execute(_PAIRED, _columns(pairs))]


def hashes_of(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Of the facts. A revision may rise for something that nobody is compared by."""
    return {row.customer_id: row.hash for row in connection.execute(_HASHES, {"ids": list(ids)})}


def remove(connection: Connection, pairs: Sequence[Ends]) -> Sequence[Any]:
    """Rows of their ends and the clusters that they were in."""
    return connection.execute(_REMOVE, _columns(pairs)).all() if pairs else ()


def all_pairs(connection: Connection) -> tuple[list[Edge], dict[UUID, UUID]]:
    """And by each pair's id the cluster that it is in so far."""
    rows = connection.execute(_ALL_PAIRS).all()
    edges = [Edge(row.id, row.first_id, row.second_id, row.score) for row in rows]
    return edges, {row.id: row.cluster_id for row in rows}


def set_clusters(connection: Connection, changes: Sequence[tuple[UUID, UUID, UUID]]) -> int:
    """(pair, cluster so far, cluster). One that another has changed meanwhile stays as they made it."""
    ids, old, new = (list(column) for column in zip(*changes, strict=True))
    return connection.execute(_SET_CLUSTERS, {"id": ids, "old": old, "new": new}).rowcount


def _columns(pairs: Sequence[Ends]) -> dict[str, list[UUID]]:
    return {"first": [first for first, _ in pairs], "second": [second for _, second in pairs]}
