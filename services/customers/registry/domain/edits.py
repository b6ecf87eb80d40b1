"""What a form does to a customer: a change of what is named, or filling what is empty."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from servicekit.errors import Invalid
from services.customers.registry.domain import contacts
from services.customers.registry.domain.addresses import Address
from services.customers.registry.domain.contacts import Point, Points
from services.customers.registry.domain.customer import Customer, Tag
from services.customers.registry.domain.forms import MAX_POINTS, MAX_TAGS, Form, ListEdit

T = TypeVar("T")


def new_points(form: Form, *, ids: Callable[[], UUID], at: datetime) -> Points:
    """The contact points of a new customer: the typed primaries, then the list."""
    points: Points = ()
    addresses = form.addresses
    if len({address.contact.kind for address in addresses if address.contact}) == len(addresses):
        made = (address.point(id=ids(), at=at) for address in addresses)
        return tuple(point if point.primary else replace(point, primary=True) for point in made)
    for address in addresses:
        new = address.point(id=ids(), at=at)
        clash = contacts.primary(points, new.kind) if new.primary and new.kind in form.primaries else None
        if clash and clash.identity != new.identity:
            raise Invalid.at("/contact_points", "several_primaries", f"{new.kind} names the primary one")
        points = contacts.add(points, new)
    return points


def edited(customer: Customer, form: Form, *, ids: Callable[[], UUID], at: datetime) -> Customer:
    """A merge patch applied. Custom values and rights are checked by the caller.

    A list of contact points comes first, then `email`, `phone` and `whatsapp`, which correct the primary.
    """
    given = form.given
    return replace(
        customer,
        name=form.name if form.name is not None else customer.name,
        name_source="manual" if form.name not in (None, customer.name) else customer.name_source,
        points=_within(
            customer.points,
            edited_points(customer.points, form, ids=ids, at=at),
            "/contact_points",
            MAX_POINTS,
        ),
        tags=_within(customer.tags, edited_tags(customer.tags, form), "/tags", MAX_TAGS),
        team_ids=frozenset(_members(customer.team_ids, form.teams))
        if "teams" in given
        else customer.team_ids,
        assignee_id=form.assignee if "assignee" in given else customer.assignee_id,
        status=form.status or customer.status,
        channel=form.channel or customer.channel,
    )


def filled(customer: Customer, form: Form, *, ids: Callable[[], UUID], at: datetime) -> Customer:
    """What is empty filled with the form; its tags and contact points added. What is there stays."""
    points = customer.points
    for address in form.addresses:
        points = contacts.add(points, replace(address.point(id=ids(), at=at), primary=False))
    named = form.name is not None and customer.name_source == "auto"
    return replace(
        customer,
        name=form.name if named and form.name else customer.name,
        name_source="manual" if named else customer.name_source,
        points=_within(customer.points, points, "/contact_points", MAX_POINTS),
        tags=_within(customer.tags, _with_tags(customer.tags, form.tags.added), "/tags", MAX_TAGS),
        assignee_id=customer.assignee_id or form.assignee,
    )


def edited_points(points: Points, form: Form, *, ids: Callable[[], UUID], at: datetime) -> Points:
    if "contact_points" in form.given:
        points = _edited_list(points, form.points, ids=ids, at=at)
    for kind, address in form.primaries.items():
        if address is None:
            points = contacts.remove_primary(points, kind)
        else:
            points = contacts.correct_primary(points, address.point(id=ids(), at=at))
    return points


def edited_tags(tags: tuple[Tag, ...], form: Form) -> tuple[Tag, ...]:
    """Tags compare folded; one that is there keeps its spelling."""
    if "tags" not in form.given:
        return tags
    gone = {tag.folded for tag in form.tags.remove}
    if form.tags.whole is not None:
        gone |= {tag.folded for tag in tags} - {tag.folded for tag in form.tags.whole}
    return _with_tags(tuple(tag for tag in tags if tag.folded not in gone), form.tags.added)


def _edited_list(points: Points, edit: ListEdit[Address], *, ids: Callable[[], UUID], at: datetime) -> Points:
    own = {p.id for p in points}

    def point(address: Address) -> Point:
        # An id that is not this customer's names nothing here.
        return address.point(id=address.id if address.id in own else ids(), at=at)

    if edit.whole is not None:
        return contacts.replace_all(points, [point(address) for address in edit.whole])
    points = contacts.remove(points, _to_remove(points, edit.remove))
    for address in edit.add:
        points = contacts.add(points, address.point(id=ids(), at=at))
    return points


def _to_remove(points: Points, addresses: Iterable[Address]) -> list[UUID]:
    ids = [address.id for address in addresses if address.contact is None and address.id]
    named = [contacts.find(points, (a.contact.kind, a.contact.identity)) for a in addresses if a.contact]
    return [*ids, *(point.id for point in named if point)]


def _with_tags(tags: tuple[Tag, ...], more: Iterable[Tag]) -> tuple[Tag, ...]:
    known = {tag.folded: tag for tag in tags}
    for tag in more:
        known.setdefault(tag.folded, tag)
    return tuple(known.values())


def _members(present: Iterable[T], edit: ListEdit[T]) -> set[T]:
    kept = set(present) if edit.whole is None else set()
    return (kept - set(edit.remove)) | set(edit.added)


def _within(before: tuple[T, ...], values: tuple[T, ...], pointer: str, at_most: int) -> tuple[T, ...]:
    """A merge may have brought more: that is no reason to refuse what adds nothing."""
    if len(values) > max(at_most, len(before)):
        raise Invalid.at(pointer, "too_many", f"at most {at_most}")
    return values
