"""Customers that hang together because each shares something with another one of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID


def clusters_of(groups: Iterable[Sequence[UUID]], *, known: Mapping[UUID, UUID]) -> dict[UUID, UUID]:
    """Of each customer its cluster, named by the least id in it.

    `groups` share something; `known` are the clusters of before, which may become one. Their names are among
    the answers, so that whoever was in them can follow.
    """
    parents: dict[UUID, UUID] = {}
    for customer_id, cluster_id in known.items():
        _join(parents, customer_id, cluster_id)
    for first, *others in groups:
        _find(parents, first)
        for other in others:
            _join(parents, first, other)
    return {each: _find(parents, each) for each in list(parents)}


def _find(parents: dict[UUID, UUID], each: UUID) -> UUID:
    root = parents.setdefault(each, each)
    while parents[root] != root:
        root = parents[root]
    while parents[each] != root:
        parents[each], each = root, parents[each]
    return root


def _join(parents: dict[UUID, UUID], one: UUID, other: UUID) -> None:
    least, greatest = sorted((_find(parents, one), _find(parents, other)))
    parents[greatest] = least
