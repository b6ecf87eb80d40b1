"""A row joined to a customer that is there: filling what is empty, or writing what it says.

Neither ever takes anything away: an empty cell says nothing, and lists are added to.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from servicekit.errors import Invalid
from services.customers.registry.domain import contacts, edits
from services.customers.registry.domain.addresses import Address
from services.customers.registry.domain.contacts import Points
from services.customers.registry.domain.customer import Customer
from services.customers.registry.domain.forms import MAX_POINTS, Form, ListEdit


def filled(customer: Customer, form: Form, *, ids: Callable[[], UUID], at: datetime) -> Customer:
    """The rule of merging data into a customer; a name that it brings is known from the import."""
    known = {point.address for point in customer.points}
    fresh = [a for a in form.addresses if a.contact and (a.contact.kind, a.contact.identity) not in known]
    after = edits.filled(customer, _with_addresses(form, fresh), ids=ids, at=at)
    return after if after.name == customer.name else replace(after, name_source="import")


def overwritten(customer: Customer, form: Form, *, ids: Callable[[], UUID], at: datetime) -> Customer:
    """What the row says; the primary address that it gives becomes the primary one, the old one stays."""
    without = _with_addresses(form, ())
    after = edits.filled(customer, replace(without, assignee=None, name=None), ids=ids, at=at)
    named = form.name is not None and form.name != customer.name
    return replace(
        after,
        name=form.name if named and form.name else customer.name,
        name_source="import" if named else customer.name_source,
        points=_with_points(customer.points, form, ids=ids, at=at),
        assignee_id=form.assignee or customer.assignee_id,
        status=form.status or customer.status,
        channel=form.channel or customer.channel,
    )


def _with_points(points: Points, form: Form, *, ids: Callable[[], UUID], at: datetime) -> Points:
    before = len(points)
    for address in form.addresses:
        points = contacts.add(points, address.point(id=ids(), at=at))
    if len(points) > max(MAX_POINTS, before):
        raise Invalid.at("/contact_points", "too_many", f"at most {MAX_POINTS}")
    return points


def _with_addresses(form: Form, addresses: Sequence[Address]) -> Form:
    return replace(form, primaries={}, points=ListEdit(add=tuple(addresses)))
