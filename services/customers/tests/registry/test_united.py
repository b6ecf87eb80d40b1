"""The contact points of several records: what is shown of them, and where a change of it is written."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from identity import Identity
from services.customers.registry.domain import contacts
from services.customers.registry.domain.contacts import Point, Points
from services.customers.registry.domain.united import Reached

ROOT, FIRST, SECOND = (UUID(int=n) for n in (1, 2, 3))
KINDS, VALUES = ("email", "phone"), ("a", "b", "c", "d")
ADDRESSES = st.tuples(st.sampled_from(VALUES), st.sampled_from(KINDS))
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


def a_point(number: int, value: str, kind: str = "email", **more: object) -> Point:
    """Older than all with a higher number."""
    at = BEGINNING + timedelta(days=number)
    point = Point(UUID(int=100 + number), kind, value, value, Identity("email", value), at)
    return replace(point, **more)


def a_customer(own: Points, *merged: Points, **named: int) -> Reached:
    records = {UUID(int=1 + n): contacts.settled(points) for n, points in enumerate((own, *merged)) if points}
    return Reached(ROOT, records, {kind: UUID(int=100 + number) for kind, number in named.items()})


def seen(points: Points) -> list[str]:
    """Values, with a star at the primary one of each kind."""
    return [f"{p.value}*" if p.primary else p.value for p in points]


def told(reached: Reached, record: UUID) -> list[str]:
    return seen(reached.records.get(record, ()))


def test_an_address_of_several_records_is_shown_once_by_the_survivors_own_point() -> None:
    customer = a_customer((a_point(2, "a"),), (a_point(1, "a"), a_point(3, "b")))
    assert [(p.id.int - 100, p.value, p.primary) for p in customer.shown] == [(2, "a", True), (3, "b", False)]


def test_the_primary_is_the_one_named_else_the_survivors_else_the_oldest() -> None:
    merged = (a_point(2, "c"),), (a_point(1, "d"),)
    assert seen(a_customer((a_point(3, "a"),), *merged).shown) == ["d", "c", "a*"]
    assert seen(a_customer((a_point(3, "a"),), *merged, email=2).shown) == ["d", "c*", "a"]
    assert seen(a_customer((), *merged).shown) == ["d*", "c"]
    gone = 9
    assert seen(a_customer((a_point(3, "a"),), *merged, email=gone).shown) == ["d", "c", "a*"]


def test_a_name_for_one_of_two_spellings_shows_that_spelling() -> None:
    own, theirs = a_point(1, "a"), a_point(2, "a", raw="A")
    assert [p.raw for p in a_customer((own,), (theirs,), email=2).shown] == ["A"]


def test_an_address_that_is_removed_goes_from_every_record() -> None:
    customer = a_customer((a_point(1, "a"), a_point(2, "b")), (a_point(3, "a"), a_point(4, "c")))
    after = customer.showing(contacts.remove_primary(customer.shown, "email"))
    assert (told(after, ROOT), told(after, FIRST)) == (["b*"], ["c*"])


def test_a_corrected_address_is_corrected_where_it_is_and_nowhere_twice() -> None:
    customer = a_customer((), (a_point(1, "a"), a_point(2, "b")), (a_point(3, "a"), a_point(4, "d")))
    after = customer.showing(contacts.correct_primary(customer.shown, a_point(9, "d", primary=True)))
    assert (told(after, FIRST), told(after, SECOND)) == (["b*"], ["d*"])
    assert seen(after.shown) == ["b", "d*"]
    again = customer.showing(contacts.correct_primary(customer.shown, a_point(9, "e", primary=True)))
    assert (told(again, FIRST), sorted(told(again, SECOND))) == (["e*", "b"], ["d", "e*"])


def test_what_is_added_is_the_survivors_own_and_displaces_no_primary() -> None:
    customer = a_customer((), (a_point(1, "a"),))
    after = customer.showing(contacts.add(customer.shown, a_point(5, "b")))
    assert (told(after, ROOT), told(after, FIRST), seen(after.shown)) == (["b*"], ["a*"], ["a*", "b"])
    assert after.named == {"email": UUID(int=101)}


def test_a_members_point_becomes_the_primary_by_name_and_the_survivors_own_by_its_flag() -> None:
    customer = a_customer((a_point(1, "a"), a_point(2, "b")), (a_point(3, "c"), a_point(4, "d")))
    named = customer.showing(contacts.add(customer.shown, a_point(9, "d", primary=True)))
    assert (named.named, told(named, ROOT), told(named, FIRST)) == (
        {"email": UUID(int=104)},
        ["a*", "b"],
        ["c*", "d"],
    )
    own = named.showing(contacts.add(named.shown, a_point(9, "b", primary=True)))
    assert (own.named, told(own, ROOT)) == ({}, ["a", "b*"])


@st.composite
def customers(draw: st.DrawFn) -> Reached:
    numbers, parts = iter(draw(st.permutations(range(1, 13)))), []
    for _ in range(3):
        addresses = draw(
            st.lists(st.tuples(st.sampled_from(VALUES), st.sampled_from(KINDS)), unique=True, max_size=4)
        )
        parts.append(tuple(a_point(next(numbers), value, kind) for value, kind in addresses))
    named = draw(st.dictionaries(st.sampled_from(KINDS), st.integers(1, 12), max_size=2))
    return a_customer(*parts, **named)


@st.composite
def changes(draw: st.DrawFn, before: Points) -> Points:
    """A few edits of what is shown."""
    points = before
    for number in range(draw(st.integers(0, 3))):
        new = a_point(20 + number, draw(st.sampled_from((*VALUES, "e"))), draw(st.sampled_from(KINDS)))
        what = draw(st.sampled_from(["add", "choose", "correct", "remove", "replace"]))
        if what == "correct":
            points = contacts.correct_primary(points, replace(new, primary=True))
        elif what == "remove":
            points = contacts.remove(points, [p.id for p in points if draw(st.booleans())])
        elif what == "replace" and points:
            kept, *rest = draw(st.permutations(points))
            if kept.kind == new.kind:
                kept = replace(kept, value=new.value, raw=new.raw, identity=new.identity)
            points = contacts.replace_all(points, [kept, *rest[: draw(st.integers(0, 3))]])
        else:
            points = contacts.add(points, replace(new, primary=what == "choose"))
    return points


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_what_is_written_shows_what_was_wanted(data: st.DataObject) -> None:
    customer = data.draw(customers())
    wanted = data.draw(changes(customer.shown))
    after = customer.showing(wanted)
    assert sorted(map(_told, after.shown)) == sorted(map(_told, wanted))
    for points in after.records.values():
        assert len({p.address for p in points}) == len(points)
        for kind in {p.kind for p in points}:
            assert [p.primary for p in points if p.kind == kind].count(True) == 1
    if wanted == customer.shown:
        assert after.held == customer.held
    before = {identity for identity, _ in customer.held}
    new = {p.id for p in wanted if p.identity not in before} - {p.id for p in customer.shown}
    corrected = {p.identity for p in wanted if p.id not in new}
    own = {p.id for p in after.records.get(ROOT, ())}
    assert {p.id for p in wanted if p.id in new and p.identity not in corrected} <= own
    gained = {identity for identity, _ in after.held - customer.held}
    assert not gained & {identity for identity, _ in after.held & customer.held}


def _told(point: Point) -> tuple[str, str, bool]:
    return point.kind, point.value, point.primary


def test_a_new_use_of_an_identity_belongs_to_whose_it_is() -> None:
    customer = a_customer((a_point(1, "a"),), (a_point(2, "b", "phone"),))
    added = a_point(5, "b", "whatsapp", primary=True)
    after = customer.showing(contacts.add(customer.shown, added))
    assert (after.held, told(after, FIRST)) == (customer.held, ["b*", "b*"])
    instead = contacts.remove_primary(contacts.add(customer.shown, added), "phone")
    assert customer.showing(instead).held == customer.held


def test_a_correction_to_an_identity_of_another_record_gives_nobody_a_second_one() -> None:
    own = a_point(1, "a", "phone"), a_point(2, "c", "phone")
    customer = a_customer(own, (a_point(3, "b", "whatsapp"),), (a_point(4, "a", "phone"),))
    corrected = contacts.correct_primary(customer.shown, a_point(9, "b", "phone"))
    after = customer.showing(corrected)
    assert {record for identity, record in after.held if identity.value == "b"} == {FIRST}
    assert [(p.id, p.value, p.primary) for p in after.shown] == [
        (p.id, p.value, p.primary) for p in corrected
    ]
    assert (told(after, FIRST), told(after, SECOND)) == (["b*", "b*"], [])
