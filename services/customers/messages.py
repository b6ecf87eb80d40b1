"""Rows become messages here and nowhere else, so this is where contact data is hidden."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from servicekit.clock import to_rfc3339
from servicekit.scope import Scope
from services.customers.configuration import Configuration
from services.customers.fields.domain.values import render
from services.customers.registry.domain.united import Entry, united

MASKED: Final = ("email", "phone", "whatsapp", "contact_points")
_SCOPELESS: Final = frozenset({"email", "phone", "whatsapp"})


def is_masked(scope: Scope, configuration: Configuration) -> bool:
    """Whether this caller gets no contact data."""
    return configuration.settings.hide_contact_data and not scope.is_admin


def customer_message(view: dict[str, Any], scope: Scope, configuration: Configuration) -> dict[str, Any]:
    """A customer (registry.queries.VIEW) as this caller may see it."""
    message = {"id": view["id"], "name": view["name"]}
    if is_masked(scope, configuration):
        message["masked"] = list(MASKED)
    else:
        message |= _contact_data(view["points"] or (), view["primary_ids"])
    message |= {
        "tags": view["tags"],
        "teams": shown_teams(view["teams"], scope),
        "assignee": view["assignee"],
        "status": view["status"],
        "channel": view["channel"],
        "custom": render(configuration.fields, view["custom"], view["options"]),
        "created_at": _moment(view["created_at"]),
        "updated_at": _moment(view["updated_at"]),
        "last_interaction_at": _moment(view["last_interaction_at"]),
        "version": view["version"],
    }
    if view["deleted_at"] is not None:
        message["deleted_at"] = _moment(view["deleted_at"])
    return message


def whole_message(whole: Any, scope: Scope, *, with_teams: bool) -> dict[str, Any]:
    """Which records a customer (registry.queries.Whole) is made of."""
    message = {"id": whole.id, "members": whole.members}
    return {**message, "teams": shown_teams(whole.teams, scope)} if with_teams else message


def shown_teams(teams: Any, scope: Scope) -> list[str]:
    """Agents see of a customer's teams only their own."""
    return sorted(t for t in teams if scope.is_admin or t in scope.team_ids)


def change_message(row: Any, scope: Scope, configuration: Configuration) -> dict[str, Any]:
    """One entry of the history of changes, with values that this caller may see.

    `withheld` are those that may be of somebody else, who was taken apart from this customer since.
    """
    message: dict[str, Any] = {
        "id": str(row.id),
        "kind": "change",
        "at": to_rfc3339(row.at),
        "by": None if row.by is None else str(row.by),
        "origin": row.origin,
        "field": row.field,
    }
    if (row.withheld and not scope.is_admin) or (row.field in MASKED and is_masked(scope, configuration)):
        return {**message, "masked": ["before", "after"]}
    before, after = row.before, row.after
    if row.field == "teams":
        before, after = (shown_teams(teams or (), scope) for teams in (before, after))
    return {**message, "before": before, "after": after}


def _contact_data(points: Sequence[Any], named: dict[str, str] | None) -> dict[str, Any]:
    shown = [_point(*point) for point in shown_points(points, named)]
    primary = {point["kind"]: point["value"] for point in shown if point["primary"]}
    return {
        "email": primary.get("email"),
        "phone": primary.get("phone"),
        "whatsapp": primary.get("whatsapp"),
        "contact_points": shown,
    }


def shown_points(points: Sequence[Any], named: dict[str, str] | None) -> Sequence[Any]:
    """Of the points in a view: those that the customer shows, each address once."""
    merged = named or not all(own for *_, own, _, _ in points)
    return _united(points, named or {}) if merged else points


def _united(points: Sequence[Any], named: dict[str, str]) -> list[Any]:
    """Those that a customer of several records shows."""
    entries = [
        Entry(id, kind, (space, identity), own, primary)
        for id, kind, _, _, _, _, primary, own, space, identity in points
    ]
    return [[*points[n][:6], primary, *points[n][7:]] for n, primary in united(entries, named)]


def _point(
    id: str,
    kind: str,
    value: str,
    raw: str,
    scope: str,
    label: str | None,
    primary: bool,
    own: bool,
    space: str,
    identity: str,
) -> dict[str, Any]:
    point = {"id": id, "kind": kind, "value": value, "raw": raw, "label": label, "primary": primary}
    return point if kind in _SCOPELESS and not scope else {**point, "scope": scope}


def _moment(text: str | None) -> str | None:
    """PostgreSQL's RFC 3339 in ours: the session's zone is UTC."""
    return None if text is None else text.replace("+00:00", "Z")
