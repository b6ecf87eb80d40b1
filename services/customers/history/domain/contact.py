"""Who a person is, as an event says it: addresses that somebody could write to, and a real name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from identity import ContactPoint, InvalidContact, normalise
from services.customers.history.domain.wording import single_line
from services.customers.registry.domain.names import LONGEST, BadName, clean_name


class NotAPerson(Exception):
    """A group, a broadcast or a newsletter: it makes no customer."""


@dataclass(frozen=True, slots=True)
class Address:
    point: ContactPoint
    scope: str


def read_addresses(
    identities: Iterable[Mapping[str, Any]], default_region: str
) -> tuple[tuple[Address, ...], int]:
    """Each address once, in order, and how many are of no use. Raises NotAPerson."""
    addresses: dict[tuple[str, str, str], Address] = {}
    unusable = 0
    for identity in identities:
        kind, scope = identity["kind"], identity.get("scope") or ""
        try:
            point = normalise(
                kind, identity["value"], scope=scope, default_region=default_region, lenient=True
            )
        except InvalidContact as error:
            if error.code == "not_a_person":
                raise NotAPerson from None
            unusable += 1
            continue
        addresses.setdefault((kind, point.identity.space, point.identity.value), Address(point, scope))
    return tuple(addresses.values()), unusable


# Each message of a conversation brings the same name again.
@lru_cache(maxsize=16_384)
def read_name(raw: str | None) -> str | None:
    """A real name, or None: an address is nobody's name."""
    if not raw:
        return None
    try:
        return clean_name(single_line(raw, LONGEST))
    except BadName:
        return None
