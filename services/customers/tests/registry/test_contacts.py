"""The rules of contact points, without a database."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from identity import Identity
from services.customers.registry.domain import contacts
from services.customers.registry.domain.contacts import Point, Points

START = datetime(2026, 1, 1, tzinfo=UTC)


def a_point(number: int, kind: str = "phone", *, address: str | None = None, **more: Any) -> Point:
    """Numbered by age: higher is younger."""
    value = address or f"+5511900000{number:03}"
    space = "email" if kind == "email" else "line"
    created_at = START + timedelta(days=number)
    return Point(UUID(int=number + 1), kind, value, value, Identity(space, value), created_at, **more)


def values(points: Points) -> list[str]:
    return [("*" if p.primary else "") + p.value[-1] for p in points]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["add", "add primary", "correct", "remove", "remove primary", "replace all"]),
        st.sampled_from(["phone", "whatsapp", "email"]),
        st.integers(0, 7),
    ),
    max_size=25,
)


def play(steps: list[tuple[str, str, int]]) -> list[Points]:
    points: Points = ()
    states = []
    for age, (step, kind, address) in enumerate(steps):
        new = a_point(age, kind, address=f"address{address}", primary=step == "add primary")
        if step.startswith("add"):
            points = contacts.add(points, new)
        elif step == "correct":
            points = contacts.correct_primary(points, new)
        elif step == "remove":
            points = contacts.remove(points, [p.id for p in points[address : address + 1]])
        elif step == "remove primary":
            points = contacts.remove_primary(points, kind)
        else:
            points = contacts.replace_all(points, [*points[address:], new])
        states.append(points)
    return states


@given(STEPS)
def test_every_kind_always_has_exactly_one_primary(steps: list[tuple[str, str, int]]) -> None:
    for points in play(steps):
        kinds = {p.kind for p in points}
        assert Counter(p.kind for p in points if p.primary) == Counter(kinds)


@given(STEPS)
def test_no_address_and_no_id_is_there_twice(steps: list[tuple[str, str, int]]) -> None:
    for points in play(steps):
        assert len({p.address for p in points}) == len({p.id for p in points}) == len(points)


@given(STEPS)
def test_what_is_sent_back_as_it_was_changes_nothing(steps: list[tuple[str, str, int]]) -> None:
    for points in play(steps):
        assert contacts.replace_all(points, points) == points
        for point in points:
            assert contacts.add(points, point) == points
            if point.primary:
                assert contacts.correct_primary(points, point) == points


@given(STEPS, st.sampled_from(["phone", "whatsapp", "email"]))
def test_the_oldest_of_the_kind_follows_a_primary_that_goes(
    steps: list[tuple[str, str, int]], kind: str
) -> None:
    for points in play(steps):
        rest = [p for p in points if p.kind == kind and not p.primary]
        heir = contacts.primary(contacts.remove_primary(points, kind), kind)
        oldest = min(rest, key=lambda p: (p.created_at, p.id)) if rest else None
        assert (heir and heir.id) == (oldest and oldest.id)


@given(STEPS)
def test_a_correction_never_adds_and_loses_at_most_the_old_spelling(
    steps: list[tuple[str, str, int]],
) -> None:
    for points in play(steps):
        if old := contacts.primary(points, "phone"):
            after = contacts.correct_primary(points, a_point(99, address="fresh"))
            assert {p.address for p in points} - {p.address for p in after} == {old.address}
            assert len(after) == len(points)


def test_a_typed_address_becomes_primary_and_the_old_one_stays() -> None:
    points = contacts.add((a_point(1, primary=True),), a_point(2, primary=True))
    assert values(points) == ["1", "*2"]


def test_a_correction_to_another_of_ones_own_addresses_takes_the_old_one_away() -> None:
    points = (a_point(1, primary=True), a_point(2), a_point(3))
    assert values(contacts.correct_primary(points, a_point(9, address=points[2].value))) == ["2", "*3"]


def test_another_spelling_of_the_primary_is_taken_as_typed_and_keeps_its_id() -> None:
    old = a_point(1, primary=True)
    new = Point(UUID(int=9), "phone", "+551190000001", "(11) 9000-0001", old.identity, START)
    (corrected,) = contacts.correct_primary((old,), new)
    assert (corrected.id, corrected.value, corrected.raw) == (old.id, new.value, new.raw)


def test_an_address_that_is_there_keeps_its_label_unless_a_new_one_is_given() -> None:
    points = (a_point(1, primary=True, label="home"),)
    assert contacts.add(points, a_point(2, address=points[0].value)) == points
    (renamed,) = contacts.add(points, a_point(2, address=points[0].value, label="work"))
    assert (renamed.id, renamed.label) == (points[0].id, "work")
