"""Reading pairs: walked by score, by the clusters that they are in, by their id."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, select, text

from servicekit.database.paging import Keyset, Page, SortKey, list_page
from services.dedup.pairs.domain.clusters import Edge
from services.dedup.tables import pair

BY_SCORE: Final = Keyset("-score", [SortKey(pair.c.score, descending=True)], pair.c.id)

_COLUMNS: Final = [column for column in pair.columns if column.name != "cluster_id"]
_NAMES: Final = ", ".join(column.name for column in _COLUMNS)
_OF_CLUSTERS = text(f"""
    SELECT {_NAMES} FROM pair WHERE cluster_id IN (
        SELECT cluster_id FROM pair WHERE id = ANY(CAST(:ids AS uuid[])))""")
_FIND = text(f"SELECT {_NAMES} FROM pair WHERE id = :id")
_OTHERS = text("""
    SELECT first_id, second_id FROM pair WHERE first_id = :id OR second_id = :id
    ORDER BY score DESC, id DESC LIMIT :limit""")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two customers who look like one, as it is stored but for its cluster: that depends on who looks."""

    id: UUID
    first: UUID
    second: UUID
    score: int
    shared: bool
    reasons: Sequence[dict[str, Any]]
    found_at: datetime

    @property
    def ends(self) -> tuple[UUID, UUID]:
        return self.first, self.second

    @property
    def edge(self) -> Edge:
        return Edge(self.id, self.first, self.second, self.score)


def walk(
    connection: Connection,
    *,
    limit: int,
    cursor: str | None,
    at_least: int | None = None,
    customer: UUID | None = None,
) -> Page:
    """The next pairs, likeliest first; their rows are for `to_pair`."""
    statement = select(*_COLUMNS)
    if at_least is not None:
        statement = statement.where(pair.c.score >= at_least)
    if customer is not None:
        statement = statement.where((pair.c.first_id == customer) | (pair.c.second_id == customer))
    return list_page(connection, statement, BY_SCORE, cursor=cursor, limit=limit)


def of_same_clusters(connection: Connection, ids: Collection[UUID]) -> list[Pair]:
    """All pairs of the clusters that these are in, themselves too."""
    return [to_pair(row) for row in connection.execute(_OF_CLUSTERS, {"ids": list(ids)})]


def find(connection: Connection, pair_id: UUID) -> Pair | None:
    row = connection.execute(_FIND, {"id": pair_id}).first()
    return None if row is None else to_pair(row)


def pairs_of(connection: Connection, customer: UUID, *, limit: int) -> Sequence[Row[Any]]:
    """Both ends of the best pairs of one customer."""
    return connection.execute(_OTHERS, {"id": customer, "limit": limit}).all()


def to_pair(row: Row[Any]) -> Pair:
    return Pair(*row[: len(_COLUMNS)])
