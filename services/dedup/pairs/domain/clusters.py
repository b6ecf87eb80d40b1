"""Who hangs together by pairs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

# Of more people nobody sees at a glance whether they are one. What holds larger ones together are chains of
# weak likenesses, so they are cut where they are weakest.
LARGEST: Final = 50


@dataclass(frozen=True, slots=True)
class Edge:
    """A pair, as far as it matters here."""

    id: UUID
    first: UUID
    second: UUID
    score: int


def clusters_of(edges: Iterable[Edge], *, largest: int = LARGEST) -> dict[UUID, UUID]:
    """By each pair's id its cluster: the least id of all customers who hang together, at most `largest`.

    The best pairs are joined first; one that would make a cluster too large is a cluster of its own, by its
    own id. The same pairs give the same clusters, in whatever order they come.
    """
    ordered = sorted(edges, key=lambda edge: (-edge.score, edge.first, edge.second))
    groups = _Groups()
    for edge in ordered:
        groups.join(edge.first, edge.second, largest=largest)
    found = {}
    for edge in ordered:
        first, second = groups.of(edge.first), groups.of(edge.second)
        found[edge.id] = first if first == second else edge.id
    return found


class _Groups:
    """Union and find; the least member stands for its group."""

    def __init__(self) -> None:
        self._parent: dict[UUID, UUID] = {}
        self._size: dict[UUID, int] = {}

    def of(self, member: UUID) -> UUID:
        path = []
        while (parent := self._parent.get(member, member)) != member:
            path.append(member)
            member = parent
        self._parent.update(dict.fromkeys(path, member))
        return member

    def join(self, a: UUID, b: UUID, *, largest: int) -> None:
        """Does nothing when they would be too many."""
        low, high = sorted((self.of(a), self.of(b)))
        size = self._size.get(low, 1) + self._size.get(high, 1)
        if low != high and size <= largest:
            self._parent[high] = low
            self._size[low] = size
