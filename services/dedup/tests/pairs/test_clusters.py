"""Who hangs together by pairs, in plain values."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from services.dedup.pairs.domain.clusters import Edge, clusters_of

EDGES = st.lists(
    st.tuples(st.integers(0, 11), st.integers(0, 11), st.integers(50, 60)).filter(lambda e: e[0] < e[1]),
    max_size=25,
    unique_by=lambda edge: edge[:2],
)


def edge(first: int, second: int, score: int = 90) -> Edge:
    return Edge(UUID(int=1_000 + 100 * first + second), UUID(int=first), UUID(int=second), score)


def members(edges: list[Edge], found: dict[UUID, UUID]) -> dict[UUID, set[UUID]]:
    groups: dict[UUID, set[UUID]] = {}
    for each in edges:
        groups.setdefault(found[each.id], set()).update((each.first, each.second))
    return groups


def test_a_cluster_is_called_by_the_least_of_its_customers():
    edges = [edge(3, 4), edge(2, 3), edge(7, 9)]
    groups = members(edges, clusters_of(edges))
    assert groups == {
        UUID(int=2): {*map(UUID, map("{:032}".format, (2, 3, 4)))},
        UUID(int=7): groups[UUID(int=7)],
    }


def test_a_large_one_is_cut_where_it_is_weakest():
    edges = [edge(1, 2, 95), edge(2, 3, 60), edge(3, 4, 95)]
    found = clusters_of(edges, largest=3)
    assert [found[each.id] for each in edges] == [UUID(int=1), edges[1].id, UUID(int=3)]


@settings(max_examples=50)
@given(drawn=EDGES, largest=st.integers(2, 12), order=st.randoms())
def test_clusters_are_small_connected_and_the_same_in_any_order(drawn, largest, order):
    edges = [edge(*each) for each in drawn]
    found = clusters_of(edges, largest=largest)
    mixed = edges[:]
    order.shuffle(mixed)
    assert clusters_of(mixed, largest=largest) == found
    for cluster, group in members(edges, found).items():
        assert len(group) <= largest
        inside = [each for each in edges if found[each.id] == cluster]
        reached = {inside[0].first}
        for _ in inside:
            reached |= {end for e in inside for end in (e.first, e.second) if {e.first, e.second} & reached}
        assert reached == group
