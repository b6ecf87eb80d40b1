"""A row joined to a customer that is there: filling what is empty, or writing what it says.

Neither ever takes anything away: an empty cell says nothing, and lists are added to.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from servicekit.errors import Invalid
from services.customers.registry.domain import contacts, edits
from services.customers.registry.domain.addresses import Address
from services.customers.registry.domain.contacts import Points
from services.customers.registry.domain.customer import Customer, Tag
from services.customers.registry.domain.forms import MAX_POINTS, Form, ListEdit

_NOTHING: Final = Form()


@dataclass(frozen=True, slots=True)
class Given:
    """What a row gives: its form, with the tags and the user that it names looked up."""

    form: Form
    addresses: tuple[Address, ...]
    tags: tuple[Tag, ...]
    assignee: UUID | None


def filled(customer: Customer, given: Given, *, ids: Callable[[], UUID], at: datetime) -> Customer:
    """The rule of merging data into a customer; a name that it brings is known from the import."""
    known = {point.address for point in customer.points}
    fresh = [a for a in given.addresses if a.contact and (a.contact.kind, a.contact.identity) not in known]
    named = customer.name_source == "auto" and given.form.name != customer.name
    form = Form(
        name=given.form.name if named else None,
        points=ListEdit(add=tuple(fresh)),
        tags=ListEdit(add=_new_tags(customer, given)),
        assignee=given.assignee if customer.assignee_id is None else None,
    )
    if form == _NOTHING:
        return customer
    after = edits.filled(customer, form, ids=ids, at=at)
    return after if after.name == customer.name else replace(after, name_source="import")


def overwritten(customer: Customer, given: Given, *, ids: Callable[[], UUID], at: datetime) -> Customer:
    """What the row says; the primary address that it gives becomes the primary one, the old one stays."""
    after, form, tags = customer, given.form, _new_tags(customer, given)
    if tags:
        after = edits.filled(after, Form(tags=ListEdit(add=tags)), ids=ids, at=at)
    if form.name and form.name != customer.name:
        after = replace(after, name=form.name, name_source="import")
    points = _with_points(customer.points, given, ids=ids, at=at)
    if points != customer.points:
        after = replace(after, points=points)
    said = (
        given.assignee or customer.assignee_id,
        form.status or customer.status,
        form.channel or customer.channel,
    )
    if said == (customer.assignee_id, customer.status, customer.channel):
        return after
    return replace(after, assignee_id=said[0], status=said[1], channel=said[2])


def _new_tags(customer: Customer, given: Given) -> tuple[Tag, ...]:
    has = {tag.folded for tag in customer.tags}
    return tuple(tag for tag in given.tags if tag.folded not in has)


def _with_points(points: Points, given: Given, *, ids: Callable[[], UUID], at: datetime) -> Points:
    before = len(points)
    for address in given.addresses:
        if _is_there(points, address):
            continue
        points = contacts.add(points, address.point(id=ids(), at=at))
    if len(points) > max(MAX_POINTS, before):
        raise Invalid.at("/contact_points", "too_many", f"at most {MAX_POINTS}")
    return points


def _is_there(points: Points, address: Address) -> bool:
    """As it is to be."""
    assert address.contact is not None, "nothing is taken away"
    known = contacts.find(points, (address.contact.kind, address.contact.identity))
    relabelled = address.label is not None and known is not None and address.label != known.label
    return known is not None and (known.primary or not address.primary) and not relabelled
