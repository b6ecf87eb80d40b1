"""Writing pairs: what was found replaces what was known of the customers that were looked at."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection

from servicekit import jsonio
from servicekit.ids import new_id
from services.dedup.domain.score import Likeness
from services.dedup.index import arrays
from services.dedup.pairs import statements
from services.dedup.pairs.domain.clusters import Edge, clusters_of

PERSON: Final = "person"
ALLOWED: Final = "allowed"  # by an administrator who made them knowing of each other
Ends = tuple[UUID, UUID]


@dataclass(frozen=True, slots=True)
class Found:
    """Two customers who look like one; `first` has the lesser id."""

    first: UUID
    second: UUID
    likeness: Likeness

    @property
    def ends(self) -> Ends:
        return self.first, self.second


def replace(
    connection: Connection, looked_at: Collection[UUID], found: Sequence[Found], *, at: datetime
) -> None:
    """All pairs of the customers that were looked at are the found ones. Under the index's lock.

    A pair that stays keeps its id and when it was found.
    """
    dropped = _drop(connection, looked_at, found)
    added = put(connection, found, at)
    touched = {end for row in (*dropped, *added) for end in (row.first_id, row.second_id)}
    recluster(connection, touched, clusters={row.cluster_id for row in dropped})


def tell(connection: Connection, told: Sequence[Ends], *, fields: Sequence[str], at: datetime) -> None:
    """An event said of these records that they are one person's."""
    firsts, seconds = [first for first, _ in told], [second for _, second in told]
    values = {"firsts": firsts, "seconds": seconds, "fields": list(fields), "at": at}
    connection.execute(statements.TELL, values)


def decide(
    connection: Connection, ends: Sequence[Ends], *, origin: str, by: UUID | None, at: datetime
) -> None:
    """These customers are not the same, nor is any record of the one the same as any of the other's."""
    firsts, seconds = [first for first, _ in ends], [second for _, second in ends]
    values = {"firsts": firsts, "seconds": seconds, "origin": origin, "by": by, "at": at}
    connection.execute(statements.DECIDE, values)


def remove(connection: Connection, pair_id: UUID) -> None:
    """One pair. Under the index's lock."""
    gone = connection.execute(statements.REMOVE, {"id": pair_id}).first()
    if gone is not None:
        recluster(connection, {gone.first_id, gone.second_id}, clusters={gone.cluster_id})


def recluster(connection: Connection, touched: Collection[UUID], *, clusters: Collection[UUID] = ()) -> None:
    """Clusters of the pairs of these customers, and of clusters that lost a pair, as they are now.

    It reads those clusters as a whole, which are bounded. A cluster that was cut because it was too large
    stays cut until somebody at the cut changes, or until the next scan.
    """
    if not touched and not clusters:
        return
    around = {"ids": arrays.sorted_ids(touched), "clusters": arrays.sorted_ids(clusters)}
    rows = connection.execute(statements.AROUND, around).all()
    now = clusters_of(Edge(row.id, row.first_id, row.second_id, row.score) for row in rows)
    moved = {row.id: now[row.id] for row in rows if now[row.id] != row.cluster_id}
    if moved:
        values = {"ids": arrays.of_ids(moved), "clusters": arrays.of_ids(moved.values())}
        connection.execute(statements.MOVE, values)


def _drop(connection: Connection, looked_at: Collection[UUID], found: Iterable[Found]) -> Sequence[Any]:
    if not looked_at:
        return ()
    kept = [each.ends for each in found]
    values = {
        "ids": arrays.sorted_ids(looked_at),
        "firsts": arrays.of_ids(first for first, _ in kept),
        "seconds": arrays.of_ids(second for _, second in kept),
    }
    return connection.execute(statements.DROP, values).all()


def put(connection: Connection, found: Sequence[Found], at: datetime) -> Sequence[Any]:
    """Their ids and ends, of those that are new or others than before. A known pair keeps its id."""
    if not found:
        return ()
    values = [
        {
            "id": str(new_id()),
            "first_id": str(each.first),
            "second_id": str(each.second),
            "score": each.likeness.score,
            "shared": each.likeness.shared,
            "reasons": each.likeness.reasons,
        }
        for each in found
    ]
    written = {"found": jsonio.dumps(values).decode(), "at": at}
    return connection.execute(statements.PUT, written).all()
