"""Writes of conversation requests. What replies change is in replies.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, text

from servicekit.scope import Scope
from services.customers.outreach.domain.request import Request
from services.customers.visibility import visibility_parameters, visible

_ADD: Final = text("""
    INSERT INTO conversation_request (id, customer_id, contact_point_id, channel, source, team_id, message,
                                      state, asked_by, asked_at, expires_at)
    VALUES (:id, :customer_id, :contact_point_id, :channel, :source, :team_id, :message,
            :state, :asked_by, :asked_at, :expires_at)""")


@dataclass(frozen=True, slots=True)
class Asked:
    """The customer that somebody wants to talk to."""

    name: str
    status: str
    team_ids: Sequence[UUID]


def lock_customer(connection: Connection, scope: Scope, root: UUID) -> Asked | None:
    """So that requests of one customer are made one after the other; None if it is not shown any more."""
    statement = f"""
        SELECT c.name, c.status, c.team_ids FROM customer c
        WHERE c.id = :id AND {visible(scope)} FOR NO KEY UPDATE"""
    parameters = {"id": root, **visibility_parameters(scope)}
    row = connection.execute(text(statement), parameters).one_or_none()
    return None if row is None else Asked(*row)


def add(connection: Connection, request: Request) -> None:
    connection.execute(
        _ADD,
        {
            "id": request.id,
            "customer_id": request.customer_id,
            "contact_point_id": request.contact_point_id,
            "channel": request.channel,
            "source": request.source,
            "team_id": request.team_id,
            "message": request.message,
            "state": request.state,
            "asked_by": request.asked_by,
            "asked_at": request.asked_at,
            "expires_at": request.expires_at,
        },
    )
