"""A customer made by hand, through the API or by an import row: refused if somebody holds an address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from servicekit.database import UnitOfWork
from servicekit.errors import Invalid
from servicekit.ids import new_id
from servicekit.scope import Scope
from services.customers.fields.domain import values
from services.customers.messages import customer_message
from services.customers.registry import announcements, duplicates, repository, writing
from services.customers.registry.announcements import Changed
from services.customers.registry.domain import contacts, edits
from services.customers.registry.domain.customer import NewCustomer
from services.customers.registry.domain.forms import Form, read_form
from services.customers.registry.domain.teams import check_known, teams_of_an_agents_customer
from services.customers.registry.domain.united import Reached
from services.customers.registry.duplicates import Refused
from services.customers.registry.views import view_of_new
from services.customers.registry.writing import Json, Work
from services.customers.tags import use as tags
from services.customers.visibility import own_teams

_NAME_SOURCES = {"api": "api", "import": "import"}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a creation comes from, and what only some may say."""

    author: str = "user"
    may_be_dated: bool = False  # an import may bring the date of registration


def create(
    uow: UnitOfWork,
    scope: Scope,
    data: Mapping[str, Any],
    *,
    allow_duplicate: bool,
    idempotency: Mapping[str, Any] | None,
    at: datetime,
    origin: Origin = Origin(),
) -> Json | Refused:
    """The new customer, or the duplicate answer to raise after the commit."""
    work = writing.begin(uow, scope, at=at, allow_duplicate=allow_duplicate)
    form = _read(data, work, origin)
    if outcome := writing.find_outcome(work, idempotency):
        return writing.answer(work, UUID(outcome["id"]), replayed=True)
    customer = _new_customer(work, form)
    if form.addresses:
        duplicates.take_turn(uow.connection, scope, at=at)
    identities = contacts.identities(customer.points)
    locked, found = writing.lock(work, identities, lambda held: writing.others(form.addresses, held))
    if found:
        return writing.refuse(work, found, locked)
    kept = tags.keep(uow.connection, form.tags.added, at=at)
    customer = replace(customer, tag_ids=tuple(tag.id for tag in kept if tag.id is not None))
    repository.insert_customers(uow.connection, [customer], author=work.author(origin.author))
    reached = Reached(customer.id, {customer.id: customer.points})
    warnings = writing.claim(work, customer.id, form.addresses, after=reached, held=locked.held)
    uow.outbox.add(announcements.customers_changed_v1([Changed(customer.id, 1, 1, "created")]))
    uow.idempotency.finish({"status": 201, "id": str(customer.id), "version": 1})
    message = customer_message(view_of_new(customer, kept, at=at), scope, work.configuration)
    return {"customer": message, "warnings": warnings, "replayed": False}


def _read(data: Mapping[str, Any], work: Work, origin: Origin) -> Form:
    form = read_form({"name": None, **data}, default_region=work.configuration.settings.default_region)
    if form.created_at and not origin.may_be_dated:
        raise Invalid.at("/created_at", "read_only", "only an import brings the date of registration")
    return form


def _new_customer(work: Work, form: Form) -> NewCustomer:
    teams = _teams(work, form)
    writing.check_assignee(work, form.assignee, teams)
    fields = work.configuration.fields
    custom, options = values.apply(fields, values.parse(fields, form.custom), custom={}, opt_ids=())
    channel = form.channel or "manual"
    assert form.name is not None, "read_form refuses a form without a name"
    return NewCustomer(
        id=new_id(),
        name=form.name,
        name_source=_NAME_SOURCES.get(channel, "manual"),
        channel=channel,
        created_at=form.created_at or work.at,
        points=edits.new_points(form, ids=new_id, at=work.at),
        team_ids=teams,
        status=form.status or "active",
        assignee_id=form.assignee,
        option_ids=tuple(options),
        custom=custom,
    )


def _teams(work: Work, form: Form) -> frozenset[UUID]:
    wanted = form.teams.added
    if not work.scope.is_admin:
        return teams_of_an_agents_customer(wanted, own=own_teams(work.scope))
    check_known(wanted, known=work.configuration.directory.teams)
    return frozenset(wanted)
