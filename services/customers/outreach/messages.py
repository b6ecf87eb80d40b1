"""Conversation requests on the wire. None holds an address; masked callers do not learn which it was."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from servicekit.clock import to_rfc3339
from servicekit.scope import Scope
from services.customers.configuration import Configuration
from services.customers.messages import is_masked
from services.customers.outreach.domain.request import Request, closed_at, state_at


def request_message(
    request: Request, scope: Scope, configuration: Configuration, *, now: datetime
) -> dict[str, Any]:
    """A request that this caller may see, as it is at `now`."""
    message = {
        "id": str(request.id),
        "customer": str(request.customer_id),
        "channel": request.channel,
        "source": request.source,
        "contact_point": str(request.contact_point_id),
        "team": _shown_team(request.team_id, scope),
        "message": request.message,
        "state": state_at(request, now),
        "reason": request.reason,
        "conversation": _text(request.conversation),
        "asked_by": str(request.asked_by),
        "asked_at": to_rfc3339(request.asked_at),
        "expires_at": to_rfc3339(request.expires_at),
        "closed_at": _moment(closed_at(request, now)),
        "version": request.version,
    }
    if is_masked(scope, configuration):
        del message["contact_point"]
        message["masked"] = ["contact_point"]
    return message


def _shown_team(team: UUID | None, scope: Scope) -> str | None:
    """Whoever asked for a team and left it since sees the request, and no team that is not theirs."""
    return str(team) if team and (scope.is_admin or str(team) in scope.team_ids) else None


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else to_rfc3339(moment)
