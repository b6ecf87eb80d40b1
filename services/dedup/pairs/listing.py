"""The queue: pairs and clusters, likeliest first, as far as the caller may see them, for a bounded effort.

Whoever sees few of many pairs gets short pages rather than slow ones: a page may hold less than was asked
for, even nothing, and still have a next one. For whoever gets no contact data it is empty.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from servicekit.database import Transactions
from services.dedup.pairs import queries
from services.dedup.pairs.domain.clusters import clusters_of
from services.dedup.pairs.looking import Look
from services.dedup.pairs.messages import cluster_message
from services.dedup.pairs.queries import BY_SCORE, Pair
from services.dedup.pairs.wanted import Wanted

Json = dict[str, Any]
REFILLS: Final = 5
_GROWTH: Final = 4
_MOST: Final = 500  # pairs for which it is asked at once who may be seen
_MOST_READ: Final = 2_000
_MOST_SHOWN: Final = 400  # customers of clusters on one page


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands at one place of the queue: a pair, with itself alone or with its cluster, best first."""

    pair: Pair
    cluster: UUID
    pairs: list[Pair]

    @property
    def customers(self) -> list[UUID]:
        return sorted({end for pair in self.pairs for end in pair.ends})


@dataclass(frozen=True)
class Queue:
    """One caller's way through the queue, by pairs or by clusters."""

    db: Transactions
    look: Look
    wanted: Wanted
    by_clusters: bool = False

    def page(self, cursor: str | None) -> Json:
        """`{"data", "next"}`. A cluster stands where the best of its pairs does."""
        if self.look.is_masked:
            return {"data": [], "next": None}
        found: list[Entry] = []
        size = _MOST_READ if self.wanted.is_narrow else self.wanted.limit + 1
        for _ in range(1 + REFILLS):
            met, cursor = self._walk(cursor, size)
            found += self._entries([pair for pair in met if self.wanted.has(pair)])
            if len(found) > self.wanted.limit or cursor is None:
                break
            size = max(size, min(_GROWTH * size, _MOST))
        kept = found[: self._fitting(found)]
        if len(kept) < len(found):
            cursor = BY_SCORE.cursor_after([kept[-1].pair.score], kept[-1].pair.id)
        self.look.show(end for entry in kept for end in entry.customers)
        messages = [self._cluster(each) if self.by_clusters else self._pair(each) for each in kept]
        return {"data": [message for message in messages if message is not None], "next": cursor}

    def find(self, pair_id: UUID) -> Json | None:
        """One pair, if the caller may be told of it."""
        with self.db.reading() as connection:
            pair = queries.find(connection, pair_id)
        entries = self._entries([pair]) if pair else []
        for entry in entries:
            self.look.show(entry.customers)
            return self._pair(entry)
        return None

    def _walk(self, cursor: str | None, size: int) -> tuple[list[Pair], str | None]:
        at_least, customer = self.wanted.min_score, self.wanted.customer
        with self.db.reading() as connection:
            page = queries.walk(connection, limit=size, cursor=cursor, at_least=at_least, customer=customer)
        return list(map(queries.to_pair, page.rows)), page.next

    def _entries(self, met: list[Pair]) -> list[Entry]:
        """One question to the customers service for all of them."""
        with self.db.reading() as connection:
            around = queries.of_same_clusters(connection, [pair.id for pair in met]) if met else []
        self.look.look_at(end for pair in (*met, *around) for end in pair.ends)
        clusters = self.look.clusters({pair.id: pair for pair in (*around, *met)}.values())
        seen = [pair for pair in met if pair.id in clusters]
        if not self.by_clusters:
            return [Entry(pair, clusters[pair.id], [pair]) for pair in seen]
        groups: dict[UUID, list[Pair]] = {}
        for pair in sorted(around, key=lambda pair: (pair.score, pair.id), reverse=True):
            if pair.id in clusters:
                groups.setdefault(clusters[pair.id], []).append(pair)
        entries = [Entry(pair, clusters[pair.id], groups.get(clusters[pair.id], [pair])) for pair in seen]
        return [entry for entry in entries if entry.pairs[0].id == entry.pair.id]

    def _fitting(self, found: list[Entry]) -> int:
        """How many of them are a page. At least one, however large its cluster is."""
        customers = 0
        for number, entry in enumerate(found):
            customers += len(entry.customers)
            if number == self.wanted.limit or (number and customers > _MOST_SHOWN):
                return number
        return len(found)

    def _pair(self, entry: Entry) -> Json | None:
        return self.look.pair_message(entry.pair, cluster=entry.cluster)

    def _cluster(self, entry: Entry) -> Json | None:
        """None if by now nobody of it is left."""
        pairs = [self.look.pair_message(pair, cluster=entry.cluster) for pair in entry.pairs]
        shown = [message for message in pairs if message is not None]
        if not shown:
            return None
        customers = {each["id"]: each for message in shown for each in message["customers"]}
        return cluster_message(
            entry.cluster,
            [customers[each] for each in sorted(customers)],
            shown,
            exact=_are_one(entry),
        )


def _are_one(entry: Entry) -> bool:
    """Whether all of them hang together by identities that they share."""
    shared = clusters_of(pair.edge for pair in entry.pairs if pair.shared)
    ends = {end for pair in entry.pairs if pair.shared for end in pair.ends}
    return len(set(shared.values())) == 1 and ends == set(entry.customers)
