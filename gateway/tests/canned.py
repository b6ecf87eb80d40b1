"""What is there, and what is not, in the canned answers."""

from __future__ import annotations

from typing import Any

from servicekit.errors import NotFound

KNOWN = "01930000-0000-7000-8000-000000000001"
MERGED = "01930000-0000-7000-8000-000000000002"
HIDDEN = "01930000-0000-7000-8000-000000000003"
LETTER = "01930000-0000-7000-8000-000000000004"
NOTE = "01930000-0000-7000-8000-000000000005"
TASK = "01930000-0000-7000-8000-000000000006"
SLOW = "01930000-0000-7000-8000-000000000007"  # a customer whose notes nobody gets in time
MOMENT, EARLIER = "2026-01-02T03:04:05.678901Z", "2026-01-02T03:04:05Z"

Json = dict[str, Any]


def require(customer_id: str) -> None:
    """Refuses every id that is not there."""
    if customer_id not in (KNOWN, SLOW):
        raise NotFound("customer_not_found", {"id": customer_id})


def a_customer(customer_id: str = KNOWN, **changes: Any) -> Json:
    return {
        "id": customer_id, "name": "Maria Silva", "email": "maria@example.com", "phone": None,
        "whatsapp": None, "contact_points": [], "tags": ["vip"], "teams": [], "assignee": None,
        "status": "active", "channel": "manual", "custom": {}, "created_at": MOMENT, "updated_at": MOMENT,
        "last_interaction_at": None, "version": 3,
    } | changes  # fmt: skip


def a_letter(letter_id: str, **changes: Any) -> Json:
    """A parked message, as every service shows it."""
    return {
        "id": letter_id, "exchange": "channel.events", "routing_key": "conversation.started.v1",
        "event_type": None, "content_type": None, "body_size": 3, "body_complete": True, "reason": "not_json",
        "detail": "at byte 0", "attempts": 1, "first_seen": MOMENT, "last_seen": MOMENT,
    } | changes  # fmt: skip
