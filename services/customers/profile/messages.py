"""A profile as this caller may see it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from servicekit.scope import Scope
from services.customers.history.messages import item_message
from services.customers.messages import customer_message
from services.customers.outreach.domain.request import Request
from services.customers.outreach.messages import request_message
from services.customers.profile.queries import Counted, Found

Json = dict[str, Any]


def profile_message(
    found: Found, latest: Sequence[Any], requests: Sequence[Request], *, scope: Scope, now: datetime
) -> Json:
    """`latest` holds rows of history.queries.list_latest."""
    known = found.configuration

    def items(kind: str, *, upcoming: bool = False) -> list[Json]:
        wanted = (row for row in latest if row.kind == kind and row.upcoming is upcoming)
        return [item_message(row, scope, known) for row in wanted]

    return {
        "customer": customer_message(found.view, scope, known),
        "counters": _counters(found.counted),
        "latest": {
            "conversations": items("conversation"),
            "appointments": items("appointment"),
            "upcoming_appointments": items("appointment", upcoming=True),
            "purchases": items("purchase"),
        },
        "requests": [request_message(request, scope, known, now=now) for request in requests],
    }


def _counters(counted: Sequence[Counted]) -> Json:
    """A purchase without a currency has no amount: it is counted and in no total."""

    def items(kind: str) -> int:
        return sum(each.items for each in counted if each.kind == kind)

    return {
        "conversations": items("conversation"),
        "appointments": items("appointment"),
        "purchases": items("purchase"),
        "purchase_totals": [
            {"currency": each.currency, "amount": each.amount, "purchases": each.items}
            for each in counted
            if each.kind == "purchase" and each.currency
        ],
    }
