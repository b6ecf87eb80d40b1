"""The flow of one request: may they, over which address, from which account, for which team."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from servicekit.database import UnitOfWork
from servicekit.database.failures import ChangedMeanwhile
from servicekit.errors import Conflict, Invalid, NotFound
from servicekit.ids import new_id
from servicekit.scope import Scope
from services.customers import configuration
from services.customers.messages import is_masked
from services.customers.outreach import queries, repository
from services.customers.outreach.announcements import conversation_requested_v1
from services.customers.outreach.domain import wanted as forms
from services.customers.outreach.domain.account import find_account
from services.customers.outreach.domain.address import Route, choose
from services.customers.outreach.domain.request import LIFETIME, MAX_OPEN, Request
from services.customers.outreach.domain.team import team_of
from services.customers.outreach.domain.wanted import Wanted
from services.customers.outreach.repository import Asked
from services.customers.registry.queries import members_of, reached_of

BLOCKED = "blocked"


def start(uow: UnitOfWork, scope: Scope, customer_id: UUID, data: dict[str, Any], *, at: datetime) -> UUID:
    """Keeps the request and tells the connector, in one transaction. Returns the request's id.

    An absorbed id means the customer that it is part of. Raises NotFound, Invalid, Conflict.
    """
    connection, known = uow.connection, configuration.current(uow.connection)
    root, _ = _customer(connection, scope, customer_id)
    wanted = forms.read(data, masked=is_masked(scope, known))
    customer = repository.lock_customer(connection, scope, root)
    if customer is None:  # gone or merged since
        raise ChangedMeanwhile
    _, members = _customer(connection, scope, root)  # a merge that was quicker may have brought more
    _check_open(connection, scope, customer, members, at=at)
    team = team_of(wanted.team, scope, customers=customer.team_ids, known=known.directory.teams)
    route = _route(connection, scope, root, members, wanted)
    request = Request(
        id=new_id(),
        customer_id=root,
        contact_point_id=route.point.id,
        channel=wanted.channel,
        source=route.account.source,
        team_id=team,
        message=wanted.message,
        asked_by=UUID(scope.user_id),
        asked_at=at,
        expires_at=at + LIFETIME,
    )
    repository.add(connection, request)
    uow.outbox.add(conversation_requested_v1(request, route, name=customer.name))
    return request.id


def _customer(connection: Connection, scope: Scope, asked: UUID) -> tuple[UUID, list[UUID]]:
    found = members_of(connection, scope, [asked]).get(asked)
    if found is None:
        raise NotFound("customer_not_found")
    return found


def _check_open(
    connection: Connection, scope: Scope, customer: Asked, members: Sequence[UUID], *, at: datetime
) -> None:
    if customer.status == BLOCKED:
        raise Conflict("customer_blocked")
    if queries.count_open(connection, scope, members, now=at) >= MAX_OPEN:
        raise Conflict("too_many_requests", {"limit": MAX_OPEN})


def _route(
    connection: Connection, scope: Scope, root: UUID, members: Sequence[UUID], wanted: Wanted
) -> Route:
    _check_channel(connection, wanted)
    points = reached_of(connection, [root])[root].shown
    if wanted.account:
        return choose(points, wanted, latest=None, only=None)
    latest = queries.find_latest_source(connection, scope, members, wanted.channel)
    accounts = queries.list_accounts(connection, wanted.channel)
    return choose(
        points,
        wanted,
        latest=find_account(latest) if latest else None,
        only=find_account(accounts[0]) if len(accounts) == 1 else None,
    )


def _check_channel(connection: Connection, wanted: Wanted) -> None:
    """A source is of the channel that it names, or of the one that it was heard on."""
    account = wanted.account
    if account is None or account.channel == wanted.channel:
        return
    if queries.find_channel(connection, account.source) != wanted.channel:
        raise Invalid.at("/source", "other_channel", "this account is one of another channel")
