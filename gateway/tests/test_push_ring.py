"""The latest news and their places, without anybody who listens."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.push.news import UPDATED, News
from gateway.push.places import Places
from gateway.push.ring import Ring

MOST = 5


def some(count: int) -> list[News]:
    return [News(UPDATED, f"customer {number}") for number in range(count)]


def numbers(ring: Ring, place: int) -> list[int]:
    return [number for number, _ in ring.after(place)]


def test_what_came_after_a_place_is_given_in_order():
    ring = Ring()
    ring.add(some(3), at=0)
    assert numbers(ring, 0) == [1, 2, 3]
    assert numbers(ring, 2) == [3]
    assert [number for number, _ in ring.after(0, 2)] == [1, 2]


def test_what_is_too_old_is_forgotten_and_places_before_it_are_unknown():
    ring = Ring(seconds=60)
    ring.add(some(2), at=0)
    ring.add(some(1), at=30)
    ring.forget_old(now=61)
    assert not ring.knows(1)
    assert numbers(ring, 2) == [3]


def test_after_a_gap_no_place_is_known_but_the_last():
    ring = Ring()
    ring.add(some(2), at=0)
    ring.gap()
    assert [place for place in range(6) if ring.knows(place)] == [3]
    ring.add(some(1), at=0)
    assert numbers(ring, 3) == [4]


@given(st.lists(st.one_of(st.integers(0, 9), st.just("gap"), st.just("later"))))
def test_whatever_happens_a_known_place_is_followed_by_all_that_came_after_it(steps: list[int | str]):
    ring, told, now = Ring(most=MOST, seconds=10), dict[int, News](), 0.0
    for step in steps:
        if step == "gap":
            ring.gap()
        elif step == "later":
            now += 6
            ring.forget_old(now=now)
        else:
            came = some(int(step))
            told |= {ring.head + 1 + n: news for n, news in enumerate(came)}
            ring.add(came, at=now)
        assert len(ring._held) <= MOST + MOST // 8 + 1
        for place in range(ring.floor, ring.head + 1):
            assert ring.after(place) == [(n, told[n]) for n in range(place + 1, ring.head + 1)]


@given(st.integers(0, 2**40))
def test_places_are_read_where_they_were_written_and_nowhere_else(number: int):
    here, elsewhere = Places(), Places()
    assert here.read(here.write(number)) == number
    assert elsewhere.read(here.write(number)) != number


def test_a_place_says_nothing_and_looks_different_each_time():
    places = Places()
    assert len({places.write(7) for _ in range(100)}) == 100


@given(st.one_of(st.text(), st.text(alphabet="0123456789abcdef", min_size=32, max_size=32)))
def test_anything_else_is_no_place_that_ever_was(text: str):
    place = Places().read(text)
    assert place is None or not Ring().knows(place)
