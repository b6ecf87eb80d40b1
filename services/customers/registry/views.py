"""All that a message shows of a customer, as one JSON value: one round trip, one value for the driver."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.customers.registry.domain.contacts import Point
from services.customers.registry.domain.customer import NewCustomer, Tag

View = dict[str, Any]

LAST_AT: Final = "(SELECT a.last_at FROM customer_activity a WHERE a.customer_id = c.id)"
# Of a point, whether it is the record's own and which identity it stands for: messages.py shows each address
# of a merged customer once.
POINTS: Final = """(
    SELECT json_agg(json_build_array(p.id, p.kind, p.value, p.raw, p.scope, p.label, p.is_primary,
                                     p.customer_id = c.id, p.space, p.identity)
                    ORDER BY p.created_at, p.id)
    FROM contact_point p WHERE p.root_id = c.id)"""
VIEW: Final = f"""CAST(json_build_object(
    'id', c.id, 'name', c.name, 'status', c.status, 'channel', c.channel, 'assignee', c.assignee_id,
    'teams', c.team_ids, 'custom', c.custom, 'options', c.opt_ids, 'version', c.version,
    'created_at', c.created_at, 'updated_at', c.updated_at, 'deleted_at', c.deleted_at,
    'last_interaction_at', {LAST_AT},
    'primary_ids', c.primary_ids,
    'points', {POINTS},
    'tags', ARRAY(SELECT shown.name
                  FROM tag held JOIN tag shown ON shown.id = coalesce(held.joined_to, held.id)
                  WHERE held.id = ANY(c.tag_ids) AND shown.deleted_at IS NULL
                  GROUP BY shown.id ORDER BY shown.name_folded COLLATE "C")
    ) AS text)"""


def view_of_new(customer: NewCustomer, tags: Iterable[Tag], *, at: datetime) -> View:
    """What VIEW would say of a customer that was just kept."""
    points = sorted(customer.points, key=lambda p: (p.created_at, p.id))
    return {
        "id": str(customer.id),
        "name": customer.name,
        "status": customer.status,
        "channel": customer.channel,
        "assignee": _text(customer.assignee_id),
        "teams": sorted(map(str, customer.team_ids)),
        "custom": customer.custom,
        "options": customer.option_ids,
        "version": 1,
        "created_at": _moment(customer.created_at),
        "updated_at": _moment(at),
        "deleted_at": None,
        "last_interaction_at": None,
        "primary_ids": None,
        "points": [_point(p) for p in points],
        "tags": [tag.name for tag in sorted({t.folded: t for t in tags}.values(), key=lambda t: t.folded)],
    }


def _point(point: Point) -> list[Any]:
    shown = [str(point.id), point.kind, point.value, point.raw, point.scope, point.label, point.primary]
    return [*shown, True, point.identity.space, point.identity.value]


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)


def _moment(moment: datetime) -> str:
    """As PostgreSQL writes it: without zeros at the end of the microseconds."""
    text = moment.isoformat()
    seconds, separator, fraction = text.removesuffix("+00:00").partition(".")
    return f"{seconds}{separator}{fraction.rstrip('0')}+00:00"
