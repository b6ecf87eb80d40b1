"""What merges and undoing change of a customer, for the history of changes."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from servicekit.database.failures import ChangedMeanwhile
from servicekit.scope import ADMIN
from services.customers.fields.domain.values import render
from services.customers.registry.domain.customer import Changes, Customer, differences
from services.customers.registry.queries import find_customer
from services.customers.registry.writing import Work


def customer_of(work: Work, customer_id: UUID) -> Customer:
    """A customer that the caller was let at, whole: what is written down of it depends on no rights."""
    everything = replace(work.scope, role=ADMIN)
    found = find_customer(work.uow.connection, everything, customer_id, with_points=True)
    if not isinstance(found, Customer):
        raise ChangedMeanwhile
    return found


def between(work: Work, before: Customer, after: Customer) -> Changes:
    """Every field that differs, by the values that people read."""
    definitions = work.configuration.fields
    return differences(before, after, shown=lambda c: render(definitions, c.custom, c.option_ids))
