"""The first part of a bulk merge: who shares an identity with whom, as the index knows it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, text

from servicekit.database import UnitOfWork
from servicekit.jobs import Job, Progress
from services.dedup.merging import targets
from services.dedup.merging.domain.clusters import clusters_of
from services.dedup.merging.domain.deciding import Identity
from services.dedup.merging.domain.placeholders import is_placeholder

CHUNK: Final = 20_000  # rows of the index for each step
MAX_HOLDERS: Final = 100
PLACEHOLDER: Final = "placeholder"

# Whole identities only: all its rows are in one step.
_END = text("""
    SELECT space, value FROM indexed_identity WHERE (space, value) > (:space, :value)
    ORDER BY space, value, customer_id OFFSET :chunk LIMIT 1""")
_SHARED = text("""
    SELECT space, value, count(*) > :most AS crowded, (array_agg(customer_id))[1 : :most + 1] AS customers
    FROM indexed_identity
    WHERE (space, value) > (:space, :value) AND (:last OR (space, value) <= (:end_space, :end_value))
    GROUP BY space, value HAVING count(*) > 1""")
# What very many have tells nobody apart, like a placeholder: who shares nothing else is refused.
_PUT_CROWD = text("""
    INSERT INTO merge_target (job_id, customer_id, cluster_id)
    SELECT CAST(:job AS uuid), customer_id, customer_id FROM indexed_identity
    WHERE space = :space AND value = :value
    ON CONFLICT DO NOTHING""")
_CROWDED = text("""
    SELECT asked.space, asked.value
    FROM unnest(CAST(:spaces AS text[]), CAST(:values AS text[])) AS asked (space, value)
    WHERE (SELECT count(*) FROM (
        SELECT 1 FROM indexed_identity i WHERE i.space = asked.space AND i.value = asked.value
        LIMIT :most + 1) held) > :most""")


def is_due(job: Job) -> bool:
    return "clusters" not in job.state


def find(uow: UnitOfWork, job: Job) -> Progress:
    """The next identities that more than one customer has."""
    connection = uow.connection
    after = job.state.get("after", ["", ""])
    end = connection.execute(_END, {"space": after[0], "value": after[1], "chunk": CHUNK}).first()
    borders = {
        "space": after[0],
        "value": after[1],
        "last": end is None,
        "end_space": end and end.space,
        "end_value": end and end.value,
        "most": MAX_HOLDERS,
    }
    shared = connection.execute(_SHARED, borders).all()
    _put(connection, job.id, [row for row in shared if not row.crowded])
    for crowd in (row for row in shared if row.crowded):
        connection.execute(_PUT_CROWD, {"job": job.id, "space": crowd.space, "value": crowd.value})
    if end is not None:
        return Progress(state={"after": [end.space, end.value]})
    return _found(connection, job)


def without_evidence(connection: Connection, identities: Sequence[Identity]) -> set[Identity]:
    """Those of them that tell nobody apart: placeholders, and what very many customers have."""
    spaces, values = ([each[i] for each in identities] for i in (0, 1))
    parameters = {"spaces": spaces, "values": values, "most": MAX_HOLDERS}
    crowded = {(row.space, row.value) for row in connection.execute(_CROWDED, parameters)}
    return crowded | {each for each in identities if is_placeholder(*each)}


def _put(connection: Connection, job_id: UUID, found: Sequence[Row[Any]]) -> None:
    """Who shares a placeholder is about to be told so; it joins nobody."""
    groups: list[Sequence[UUID]] = []
    for row in found:
        alone = is_placeholder(row.space, row.value)
        groups += [[each] for each in row.customers] if alone else [row.customers]
    if customers := {each for group in groups for each in group}:
        known = targets.known(connection, job_id, customers)
        targets.put(connection, job_id, customers, clusters=clusters_of(groups, known=known))


def _found(connection: Connection, job: Job) -> Progress:
    refused = targets.refuse_alone(connection, job.id, reason=PLACEHOLDER)
    customers, clusters = targets.count(connection, job.id)
    state = {"clusters": clusters, "merges": 0, "round": 0}
    counts = {targets.REFUSED: refused}
    return Progress(state=state, total=customers, done=refused, counts=counts)
