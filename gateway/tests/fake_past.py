"""History and profile of the fake customers service."""

from __future__ import annotations

from typing import Any

from gateway.tests.canned import KNOWN, LETTER, MERGED, MOMENT, Json, a_customer, require
from servicekit.rpc import rpc


class Past:
    """Mixin of the fake customers service: one item of the first kind that is asked for."""

    @rpc
    def list_history(
        self, scope: Json, customer_id: str, kinds: list[str] | None = None, after: Json | None = None,
        limit: int = 50, since: str | None = None, until: str | None = None,
    ) -> Json:  # fmt: skip
        if customer_id == MERGED:
            return {"moved_to": KNOWN}
        require(customer_id)
        item: Any = {"id": LETTER, "kind": (kinds or ["conversation"])[0], "at": MOMENT}
        return {"data": [item] if after is None else [], "more": False}

    @rpc
    def get_profile(self, scope: Json, customer_id: str) -> Json:
        if customer_id == MERGED:
            return {"moved_to": KNOWN}
        require(customer_id)
        totals = [{"currency": "BRL", "amount": "123.40", "purchases": 1}]
        counters = {"conversations": 1, "appointments": 0, "purchases": 1, "purchase_totals": totals}
        lists = ("conversations", "appointments", "upcoming_appointments", "purchases")
        return {
            "customer": a_customer(customer_id),
            "counters": counters,
            "latest": {each: [] for each in lists},
            "requests": [],
        }
