"""Requests become messages here and nowhere else, so this is where agents are not told of decisions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from servicekit.clock import to_rfc3339
from servicekit.scope import Scope
from services.dedup.access.domain.request import GRANTED, PENDING, AccessRequest

Json = dict[str, Any]


def access_request_message(request: AccessRequest, scope: Scope, *, customer: UUID | None) -> Json:
    """`customer` is the one that the record is part of today, as far as the caller sees it.

    For whoever asks, all that is not granted is pending, as on the day it was asked.
    """
    told = scope.is_admin or request.state == GRANTED
    decided_at = request.decided_at if told else None
    return {
        "id": str(request.id),
        "state": request.state if told else PENDING,
        "asked_by": str(request.user_id),
        "asked_at": to_rfc3339(request.asked_at),
        "matched_on": list(request.matched_on),
        "customer": _text(customer if told else None),
        "team": _text(request.team_id if told else None),
        "decided_by": _text(request.decided_by if scope.is_admin else None),
        "decided_at": None if decided_at is None else to_rfc3339(decided_at),
        "version": request.version if told else 1,
    }


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)
