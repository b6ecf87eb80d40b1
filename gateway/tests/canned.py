"""What is there, and what is not, in the canned answers."""

from __future__ import annotations

from typing import Any

from servicekit.errors import NotFound

KNOWN = "01930000-0000-7000-8000-000000000001"
MERGED = "01930000-0000-7000-8000-000000000002"
HIDDEN = "01930000-0000-7000-8000-000000000003"
LETTER = "01930000-0000-7000-8000-000000000004"
MOMENT = "2026-01-02T03:04:05.678901Z"

Json = dict[str, Any]


def require(customer_id: str) -> None:
    """Refuses every id but one."""
    if customer_id != KNOWN:
        raise NotFound("customer_not_found", {"id": customer_id})
