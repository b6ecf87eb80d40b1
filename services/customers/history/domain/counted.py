"""What one thing adds to the counters of its customer: where it is counted, and with what amount. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

from services.customers.history.domain.parts import CANCELLED, CONTACT, PURCHASE, Parts, value

NO_TEAM: Final = str(UUID(int=0))

Place = tuple[UUID, str, str, str]  # the customer it was written with, kind, team, currency


@dataclass(slots=True)
class Count:
    items: int = 0
    amount: Decimal = Decimal(0)


def differences(told: Iterable[tuple[UUID, str, Parts, Parts]]) -> dict[Place, Count]:
    """By customer, kind, and what was known before and after. What leaves all as it is, is in no place."""
    counts: dict[Place, Count] = {}
    for customer_id, kind, before, after in told:
        if kind == CONTACT or (before and _same(before, after)):
            continue
        for parts, sign in ((before, -1), (after, 1)):
            if parts:
                _add(counts, customer_id, kind, parts, sign)
    return {place: count for place, count in counts.items() if count.items or count.amount}


def _same(before: Parts, after: Parts) -> bool:
    return all(value(before, name) == value(after, name) for name in ("team", "status", "currency", "amount"))


def _add(counts: dict[Place, Count], customer_id: UUID, kind: str, parts: Parts, sign: int) -> None:
    currency = value(parts, "currency") or ""
    count = counts.setdefault((customer_id, kind, value(parts, "team") or NO_TEAM, currency), Count())
    count.items += sign
    # Without its currency an amount is none; what was cancelled is listed, and cost nothing.
    if kind == PURCHASE and currency and value(parts, "status") != CANCELLED:
        count.amount += sign * Decimal(value(parts, "amount") or 0)
