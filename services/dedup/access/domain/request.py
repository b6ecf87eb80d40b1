"""A request to see a customer of another team, from asking to the decision."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from directory.model import User
from servicekit.errors import Conflict, Invalid

PENDING: Final = "pending"
GRANTED: Final = "granted"
DECLINED: Final = "declined"
STATES: Final = (PENDING, GRANTED, DECLINED)
DECISIONS: Final = (GRANTED, DECLINED)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRequest:
    """`customer_id` is the record that was asked for, None once it is purged; `matched_on` what was typed."""

    id: UUID
    user_id: UUID
    customer_id: UUID | None
    matched_on: tuple[str, ...]
    asked_at: datetime
    state: str = PENDING
    team_id: UUID | None = None  # the one that got the customer
    decided_by: UUID | None = None
    decided_at: datetime | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Decision:
    """What an administrator says. `team` is None unless they chose among several."""

    state: str
    team: UUID | None = None


def read_decision(data: dict[str, Any]) -> Decision:
    """Raises Invalid."""
    if unknown := sorted(data.keys() - {"decision", "team"}):
        raise Invalid.at(f"/{unknown[0]}", "unknown_property", "there is no such field")
    if data.get("decision") not in DECISIONS:
        raise Invalid.at("/decision", "invalid_choice", f"one of {', '.join(DECISIONS)} is expected")
    return Decision(data["decision"], _team(data.get("team")))


def check_pending(request: AccessRequest) -> None:
    """Raises Conflict for one that somebody has decided."""
    if request.state != PENDING:
        raise Conflict("already_decided", {"state": request.state})


def asked_again(request: AccessRequest) -> AccessRequest:
    """Pending for administrators too, as it has been all the time for whoever asks."""
    if request.state != DECLINED:
        return request
    return replace(request, state=PENDING, decided_by=None, decided_at=None, version=request.version + 1)


def granted(request: AccessRequest, *, team: UUID, by: UUID, at: datetime) -> AccessRequest:
    """The customer has the team: that holds whatever somebody else decided meanwhile."""
    if (request.state, request.team_id) == (GRANTED, team):
        return request
    return _decided(replace(request, state=GRANTED, team_id=team), by=by, at=at)


def declined(request: AccessRequest, *, by: UUID, at: datetime) -> AccessRequest:
    check_pending(request)
    return _decided(replace(request, state=DECLINED), by=by, at=at)


def team_to_grant(asker: User | None, chosen: UUID | None) -> UUID:
    """Which of the asker's teams gets the customer. Raises Invalid."""
    if asker is None or not asker.active:
        raise Invalid.at("/decision", "asker_inactive", "whoever asked does not work here any more")
    if chosen is not None:
        if str(chosen) not in asker.team_ids:
            raise Invalid.at("/team", "unknown_team", "whoever asked is in no such team")
        return chosen
    if not asker.team_ids:
        raise Invalid.at("/team", "asker_without_team", "whoever asked is in no team")
    if len(asker.team_ids) > 1:
        raise Invalid.at("/team", "team_required", "say which of their teams gets the customer")
    return UUID(next(iter(asker.team_ids)))


def _decided(request: AccessRequest, *, by: UUID, at: datetime) -> AccessRequest:
    return replace(request, decided_by=by, decided_at=at, version=request.version + 1)


def _team(value: Any) -> UUID | None:
    try:
        return None if value is None else UUID(value)
    except (ValueError, TypeError, AttributeError):
        raise Invalid.at("/team", "invalid_id", "an id is expected") from None
