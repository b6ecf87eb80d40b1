"""Rows become messages here and nowhere else, so this is where contact data is hidden."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from servicekit.clock import to_rfc3339
from servicekit.scope import Scope
from services.customers.configuration import Configuration
from services.customers.fields.domain.values import render

MASKED: Final = ("email", "phone", "whatsapp", "contact_points")
_SCOPELESS: Final = frozenset({"email", "phone", "whatsapp"})


def is_masked(scope: Scope, configuration: Configuration) -> bool:
    """Whether this caller gets no contact data."""
    return configuration.settings.hide_contact_data and not scope.is_admin


def customer_message(row: Any, scope: Scope, configuration: Configuration) -> dict[str, Any]:
    """A customer (a row of queries.VIEW) as this caller may see it."""
    message: dict[str, Any] = {"id": str(row.id), "name": row.name}
    if is_masked(scope, configuration):
        message["masked"] = list(MASKED)
    else:
        message |= _contact_data(row.points or ())
    message |= {
        "tags": row.tags,
        "teams": shown_teams(map(str, row.team_ids), scope),
        "assignee": None if row.assignee_id is None else str(row.assignee_id),
        "status": row.status,
        "channel": row.channel,
        "custom": render(configuration.fields, row.custom, row.opt_ids),
        "created_at": to_rfc3339(row.created_at),
        "updated_at": to_rfc3339(row.updated_at),
        "last_interaction_at": _moment(row.last_interaction_at),
        "version": row.version,
    }
    if row.deleted_at is not None:
        message["deleted_at"] = to_rfc3339(row.deleted_at)
    return message


def shown_teams(teams: Any, scope: Scope) -> list[str]:
    """Agents see of a customer's teams only their own."""
    return sorted(t for t in teams if scope.is_admin or t in scope.team_ids)


def change_message(row: Any, scope: Scope, configuration: Configuration) -> dict[str, Any]:
    """One entry of the history of changes, with values that this caller may see."""
    message: dict[str, Any] = {
        "id": str(row.id),
        "kind": "change",
        "at": to_rfc3339(row.at),
        "by": None if row.by is None else str(row.by),
        "origin": row.origin,
        "field": row.field,
    }
    if row.field in MASKED and is_masked(scope, configuration):
        return {**message, "masked": ["before", "after"]}
    before, after = row.before, row.after
    if row.field == "teams":
        before, after = (shown_teams(teams or (), scope) for teams in (before, after))
    return {**message, "before": before, "after": after}


def _contact_data(points: Any) -> dict[str, Any]:
    shown = [_point(*point) for point in points]
    primary = {point["kind"]: point["value"] for point in shown if point["primary"]}
    return {
        "email": primary.get("email"),
        "phone": primary.get("phone"),
        "whatsapp": primary.get("whatsapp"),
        "contact_points": shown,
    }


def _point(
    id: str, kind: str, value: str, raw: str, scope: str, label: str | None, primary: bool
) -> dict[str, Any]:
    point = {"id": id, "kind": kind, "value": value, "raw": raw, "label": label, "primary": primary}
    return point if kind in _SCOPELESS and not scope else {**point, "scope": scope}


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else to_rfc3339(moment)
