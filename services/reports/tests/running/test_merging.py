"""Counts of ranges, one after the other, are the counts of all customers at once."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicekit.packed import lists_of, pack_lists
from services.reports.running.domain.merging import Merging, TooManyGroups

Json = dict[str, Any]
Row = tuple[Any, tuple[str, ...], int, tuple[str, ...]]
scalars = st.none() | st.booleans() | st.sampled_from([0, 1, 1.5, "1", "a"])
numbers = st.decimals(allow_nan=False, allow_infinity=False, places=3).map(str)
# A value, tags, a weight, and the numbers of some of those customers.
rows = st.tuples(
    scalars,
    st.lists(st.sampled_from("xyz"), unique=True).map(tuple),
    st.integers(1, 9),
    st.lists(numbers, max_size=3).map(tuple),
)
ranges = st.lists(st.lists(rows, max_size=8), min_size=1, max_size=5)


def frame_of(rows: list[Row], *, measured: bool) -> Json:
    """As customers would answer, with a dictionary of its own."""
    values = list({(type(row[0]), row[0]): row[0] for row in rows if row[0] is not None}.values())
    tags = sorted({tag for row in rows for tag in row[1]}, reverse=True)
    place = {(type(value), value): n for n, value in enumerate(values)}
    head = {"label": "L", "type": "text"}
    return {
        "rows": len(rows),
        "columns": [
            {
                "field": "a",
                "several": False,
                **head,
                "values": values,
                "codes": [-1 if row[0] is None else place[type(row[0]), row[0]] for row in rows],
            },
            {
                "field": "tags",
                "several": True,
                **head,
                "values": tags,
                "codes": pack_lists([[tags.index(tag) for tag in row[1]] for row in rows]),
            },
        ],
        "weights": [row[2] for row in rows],
        "measure": _measure(rows) if measured else None,
    }


def _measure(rows: list[Row]) -> Json:
    least = [str(min(map(Decimal, row[3]))) if row[3] else None for row in rows]
    greatest = [str(max(map(Decimal, row[3]))) if row[3] else None for row in rows]
    return {
        "field": "n",
        "present": [len(row[3]) for row in rows],
        "sums": [exact_sum(row[3]) for row in rows],
        "least": least,
        "greatest": greatest,
    }


def exact_sum(numbers: tuple[str, ...]) -> str:
    with localcontext(prec=200):
        return str(sum(map(Decimal, numbers), Decimal(0)))


def counted(frame: Json) -> Counter[Any]:
    """How many customers have what, without any order."""
    one, several = frame["columns"]
    found: Counter[Any] = Counter()
    for code, codes, weight in zip(one["codes"], lists_of(several["codes"]), frame["weights"], strict=True):
        value = None if code < 0 else one["values"][code]
        found[type(value), value, frozenset(several["values"][each] for each in codes)] += weight
    return found


@given(ranges)
def test_merged_counts_are_those_of_all_ranges(given: list[list[Row]]):
    merging = Merging(most=1_000)
    for each in given:
        merging.add(frame_of(each, measured=False))
    merged, at_once = merging.frame(), frame_of([row for each in given for row in each], measured=False)
    assert counted(merged) == counted(at_once)
    assert merging.customers == sum(merged["weights"]) == sum(at_once["weights"])
    assert merged["rows"] == len(merged["weights"]) == len(counted(merged))
    assert merged["measure"] is None


@given(ranges)
def test_sums_are_exact_and_the_least_and_the_greatest_are_kept(given: list[list[Row]]):
    merging = Merging(most=1_000)
    for each in given:
        merging.add(frame_of(each, measured=True))
    measure = merging.frame()["measure"]
    numbers = [Decimal(number) for each in given for row in each for number in row[3]]
    assert sum(measure["present"]) == len(numbers)
    assert sum(map(Fraction, measure["sums"])) == sum(map(Fraction, numbers))
    for name, pick in (("least", min), ("greatest", max)):
        told = [Decimal(each) for each in measure[name] if each is not None]
        assert (pick(told) if told else None) == (pick(numbers) if numbers else None)


def test_what_is_too_much_is_refused_before_memory_ends():
    merging = Merging(most=2)
    merging.add(frame_of([("a", (), 1, ()), ("b", (), 1, ())], measured=False))
    with pytest.raises(TooManyGroups):
        merging.add(frame_of([("c", (), 1, ())], measured=False))


def test_so_are_texts_that_are_too_long():
    merging = Merging(most=9, most_characters=5)
    merging.add(frame_of([("abc", (), 1, ())], measured=False))
    merging.add(frame_of([("abc", (), 1, ())], measured=False))
    assert merging.values_of("a") == {"abc"}
    with pytest.raises(TooManyGroups):
        merging.add(frame_of([("abcd", (), 1, ())], measured=False))


@given(ranges)
def test_what_was_counted_together_may_be_counted_on(given: list[list[Row]]):
    merging, again = Merging(most=1_000), Merging(most=1_000)
    for each in given:
        merging.add(frame_of(each, measured=True))
    again.add(merging.frame())
    assert again.frame() == merging.frame()
    assert again.customers == merging.customers
