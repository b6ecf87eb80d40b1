"""A request as it is kept, and what has become of it at some moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

LIFETIME: Final = timedelta(hours=24)
MAX_OPEN: Final = 20  # of one customer for whoever asks, so that nobody is flooded

ASKED: Final = "asked"
STARTED: Final = "started"
REFUSED: Final = "refused"
EXPIRED: Final = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """`customer_id` is the customer that it belongs to now."""

    id: UUID
    customer_id: UUID
    contact_point_id: UUID
    channel: str
    source: str
    team_id: UUID | None
    message: str | None
    asked_by: UUID
    asked_at: datetime
    expires_at: datetime
    state: str = ASKED
    reason: str | None = None
    conversation: UUID | None = None
    closed_at: datetime | None = None
    version: int = 1


def state_at(request: Request, now: datetime) -> str:
    """Nobody writes down that time is up; what the connector says later counts all the same."""
    if request.state == ASKED and request.expires_at <= now:
        return EXPIRED
    return request.state


def closed_at(request: Request, now: datetime) -> datetime | None:
    """When it was decided, if it is."""
    return request.expires_at if state_at(request, now) == EXPIRED else request.closed_at
