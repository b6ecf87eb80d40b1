"""What a connector is told: whom to write to, and nothing else of the customer."""

from __future__ import annotations

from typing import Final

from servicekit.clock import to_rfc3339
from servicekit.events import Event
from services.customers.outreach.domain.account import TYPE
from services.customers.outreach.domain.address import Route
from services.customers.outreach.domain.request import Request

EXCHANGE: Final = "channel.requests"


def conversation_requested_v1(request: Request, route: Route, *, name: str) -> Event:
    """To the one connector of the account; the broker gives it back if there is none."""
    return Event(
        type=TYPE,
        data={
            "request_id": str(request.id),
            "customer": str(request.customer_id),
            "channel": request.channel,
            "source": request.source,
            "address": {
                "kind": route.point.kind,
                "value": route.point.value,
                "scope": route.point.scope or None,
            },
            "contact": {"name": name},
            "team": str(request.team_id) if request.team_id else None,
            "message": request.message,
            "asked_by": str(request.asked_by),
            "expires_at": to_rfc3339(request.expires_at),
        },
        subject=str(request.id),
        revision=request.version,
        exchange=EXCHANGE,
        routing_key=route.account.routing_key,
        mandatory=True,
    )
