"""Who holds what somebody is typing. Nothing is kept, and nothing told of whom the caller may not see.

What is no address yet is left out: it may become one with the next key.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from servicekit.problems import Problems
from servicekit.scope import Scope
from services.customers import configuration
from services.customers.matching.showing import show
from services.customers.messages import is_masked
from services.customers.registry import duplicates, holders
from services.customers.registry.domain.addresses import Address, read_primary
from services.customers.registry.domain.customer import PRIMARY_KINDS
from services.customers.registry.domain.matches import Matches, matches

Json = dict[str, Any]


def check(
    connection: Connection, scope: Scope, data: Mapping[str, Any], *, likely: Sequence[UUID], at: datetime
) -> Json:
    """Those who hold a typed address, and the `likely` ones in their order, as far as the caller sees them.

    `default_region` is the one that addresses were read with. From whom contact data is hidden (`masked`),
    nobody is matched by an address. Raises Conflict `duplicate_budget_exhausted`.
    """
    if any(data.get(kind) for kind in PRIMARY_KINDS):
        duplicates.check_budget(connection, scope, at=at)
    current = configuration.current(connection)
    masked, region = is_masked(scope, current), current.settings.default_region
    found = Matches() if masked else _holders(connection, _addresses(data, region))
    shown = show(connection, scope, [*found.customers, *likely], current)
    exact = [(shown[str(root)], fields) for root, fields in found.fields_of.items() if str(root) in shown]
    return {
        "matches": [{"customer": customer, "matched_on": list(fields)} for customer, fields in exact],
        "likely": [shown[str(each)] for each in likely if str(each) in shown],
        "default_region": region,
        "masked": masked,
    }


def _addresses(data: Mapping[str, Any], region: str) -> list[Address]:
    read = [read_primary(kind, data.get(kind), region, Problems()) for kind in PRIMARY_KINDS]
    return [address for address in read if address is not None]


def _holders(connection: Connection, addresses: Sequence[Address]) -> Matches:
    held = holders.find_holders(connection, [a.contact.identity for a in addresses if a.contact])
    roots = {identity: [holder.root_id for holder in found] for identity, found in held.items()}
    return matches(addresses, roots)
