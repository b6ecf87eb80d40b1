"""Customers as the customers service gave them for this caller, with why they are shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from services.dedup.domain.score import SAME_EMAIL, SAME_LINE

Json = dict[str, Any]
_SAME: Final = {"email": SAME_EMAIL, "phone": SAME_LINE, "whatsapp": SAME_LINE}
_CERTAIN: Final = 100


def exact_message(customer: Json, matched_on: Sequence[str]) -> Json:
    """Somebody who holds a typed address."""
    codes = dict.fromkeys(_SAME[field] for field in matched_on)
    reasons = [{"code": code} for code in codes]
    return _match(customer, "exact", matched_on=list(matched_on), score=_CERTAIN, reasons=reasons)


def likely_message(customer: Json, *, score: int, reasons: list[Json]) -> Json:
    """Somebody who may be the one."""
    return _match(customer, "likely", matched_on=[], score=score, reasons=reasons)


def _match(customer: Json, certainty: str, *, matched_on: list[str], score: int, reasons: list[Json]) -> Json:
    address = f"/v1/customers/{customer['id']}"
    return {
        **customer,
        "matched_on": matched_on,
        "certainty": certainty,
        "score": score,
        "reasons": reasons,
        "links": {"view": address, "merge": f"{address}/absorb", "update": address},
    }
