"""Who becomes part of whom, and who does not."""

from __future__ import annotations

from uuid import UUID

import pytest

from services.dedup.merging.domain.clusters import clusters_of
from services.dedup.merging.domain.deciding import Candidate, decide, filled_in
from services.dedup.merging.domain.placeholders import is_placeholder

A, B, C, D, E = (UUID(int=number) for number in range(1, 6))


def a_customer(
    name: str, *identities: str, filled: int = 1, made: str = "2026-01-01", records: int = 1
) -> Candidate:
    return Candidate(
        id=name,
        version=1,
        filled=filled,
        created_at=made,
        records=frozenset([name, *(f"{name}{number}" for number in range(1, records))]),
        identities=frozenset(("line", each) for each in identities),
    )


def names(decision) -> list[list[str]]:
    return [[member.id for member in group.members] for group in decision.groups]


def apart(*pairs: tuple[str, str]) -> dict[str, frozenset[str]]:
    return {one: frozenset([other]) for pair in pairs for one, other in (pair, pair[::-1])}


def test_who_shares_something_hangs_together_under_the_least_id():
    assert clusters_of([[B, A], [D, C], [C, B]], known={}) == dict.fromkeys([A, B, C, D], A)


def test_clusters_of_before_become_one_and_whoever_was_in_them_can_follow():
    assert clusters_of([[B, D]], known={B: A, D: C}) == dict.fromkeys([A, B, C, D], A)
    assert clusters_of([[E]], known={}) == {E: E}


def test_the_one_of_whom_most_is_known_stays_and_of_equals_the_oldest():
    old, new, full = (
        a_customer("old", "x"),
        a_customer("new", "x", made="2026-02-01"),
        a_customer("full", "x", filled=3, made="2026-03-01"),
    )
    assert names(decide([new, old, full], apart={})) == [["full", "old", "new"]]


def test_a_chain_is_one_customer():
    chain = [a_customer("a", "1"), a_customer("b", "1", "2"), a_customer("c", "2", "3"), a_customer("d", "3")]
    assert names(decide(chain, apart={})) == [["a", "b", "c", "d"]]


def test_who_shares_nothing_any_more_stays():
    decision = decide([a_customer("a", "1"), a_customer("b", "2")], apart={})
    assert (decision.groups, decision.unchanged) == ([], {"a": "not_alike", "b": "not_alike"})


def test_who_was_decided_to_be_somebody_else_is_not_put_together_with_them():
    """Not by way of a third one either, and not by a record that was merged."""
    decision = decide([a_customer("a", "1"), a_customer("b", "1")], apart=apart(("a", "b")))
    assert decision.unchanged == {"a": "decided_apart", "b": "decided_apart"}
    three = [a_customer("a", "1", records=2), a_customer("b", "1"), a_customer("c", "1")]
    decision = decide(three, apart=apart(("a1", "c")))
    assert (names(decision), decision.unchanged) == ([["a", "b"]], {"c": "decided_apart"})


def test_a_customer_is_never_made_of_more_than_a_hundred_records():
    decision = decide(
        [a_customer("a", "1", filled=2, records=60), a_customer("b", "1", records=41), a_customer("c", "1")],
        apart={},
    )
    assert (names(decision), decision.refused) == ([["a", "c"]], {"b": "too_many_records"})


def test_a_group_takes_a_merge_for_each_nine_who_join_it():
    sizes = {
        size: decide([a_customer(f"{n:02}", "1") for n in range(size)], apart={}) for size in (2, 10, 11)
    }
    assert {size: decision.groups[0].merges for size, decision in sizes.items()} == {2: 1, 10: 1, 11: 2}


def test_what_is_known_of_a_customer_is_counted_field_by_field():
    bare = {"email": None, "tags": [], "custom": {"plan": None, "likes": []}, "contact_points": []}
    assert filled_in(bare) == 0
    assert filled_in({**bare, "email": "a@x.com", "contact_points": [{}], "custom": {"plan": "Gold"}}) == 3


@pytest.mark.parametrize(
    ("space", "value", "is_one"),
    [
        ("email", "none@example.com", True),
        ("email", "no-reply@x.com", True),
        ("email", "nao.tem@x.com", True),
        ("email", "recepcao@hotel.com", False),
        ("email", "nona@example.com", False),
        ("line", "+5511999999999", True),
        ("line", "+5511912345678", True),
        ("line", "+551130000000", True),
        ("line", "+5511987650001", False),
        ("instagram:acme", "9999999999", False),
    ],
)
def test_what_one_types_who_has_none_is_no_identity(space: str, value: str, is_one: bool):
    assert is_placeholder(space, value) is is_one
