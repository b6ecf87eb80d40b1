"""What merges brought into a row: layers that can be taken off in any order."""

from __future__ import annotations

from itertools import permutations

import pytest

from services.customers.merging.domain import folded


def layered(*layers: tuple[str, str]) -> folded.Folded:
    kept, current = {}, "base"
    for merge, value in layers:
        kept, current = folded.with_layer(kept, "status", merge, current=current, value=value), value
    return kept


@pytest.mark.parametrize("order", list(permutations("abc")))
def test_taken_off_in_any_order_the_base_is_left(order):
    kept, current = layered(("a", "1"), ("b", "2"), ("c", "3")), "3"
    for merge in order:
        found = folded.without_layer(kept, "status", merge, current=current)
        kept, current = found.folded, found.value
        assert not found.kept
    assert (kept, current) == ({}, "base")


def test_a_layer_in_the_middle_shows_nothing_when_it_goes():
    found = folded.without_layer(layered(("a", "1"), ("b", "2")), "status", "a", current="2")
    assert found.value == "2"
    assert folded.without_layer(found.folded, "status", "b", current="2").value == "base"


def test_what_somebody_changed_since_stays_and_is_the_rows_own():
    found = folded.without_layer(layered(("a", "1"), ("b", "2")), "status", "b", current="mine")
    assert (found.value, found.kept, found.folded) == ("mine", True, {})


def test_what_somebody_changed_is_the_base_of_the_next_merge():
    kept = folded.with_layer(layered(("a", "1")), "status", "b", current="mine", value="2")
    assert folded.without_layer(kept, "status", "b", current="2").value == "mine"
    assert folded.without_layer(kept, "status", "a", current="2").value == "2"


def test_a_merge_that_left_the_field_alone_takes_nothing_with_it():
    kept = layered(("a", "1"))
    found = folded.without_layer(kept, "status", "z", current="1")
    assert (found.value, found.kept, found.folded) == ("1", False, kept)


def test_a_team_that_left_the_row_is_its_own_when_somebody_gives_it_again():
    kept = folded.with_tags(folded.with_teams(None, ["t1", "t2"]), [7])
    assert folded.only(kept, teams={"t2"}, tags=set()) == {"teams": ["t2"]}
    assert folded.only(kept, tags={7}) == kept


def test_joined_tags_and_options_are_what_they_became():
    kept = folded.with_layer({"tags": [1, 2]}, "custom.plan", "a", current=None, value=[5, 6])
    now = folded.resolved(kept, tags={1: 2}, options={5: 6, 6: 6})
    assert now["tags"] == [2]
    assert folded.top(now, "custom.plan") == [6]
