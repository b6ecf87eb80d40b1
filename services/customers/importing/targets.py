"""Whom rows would meet, for grouping: by the id that a row names, else by the first address with a holder.

Only whom the caller sees. That rows belong together shows where too many do: by a hidden customer it would
tell who has which address. Such rows are decided by nobody but an administrator, so their order is all one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from identity import Identity
from servicekit.errors import Invalid
from servicekit.inputs import find_id
from servicekit.scope import Scope
from services.customers.registry import holders, queries
from services.customers.registry.holders import Held


def find(connection: Connection, scope: Scope, rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """By the number of each row that meets somebody."""
    identities = {row["n"]: _identities(row) for row in rows}
    held = holders.find_holders(connection, {it for several in identities.values() for it in several})
    asked = {id_ for row in rows if (id_ := find_id(row.get("id")))}
    asked |= {holder.root_id for several in held.values() for holder in several if holder.live}
    roots = queries.survivors_of(connection, scope, asked) if asked else {}
    met = {row["n"]: _met(row, roots, identities[row["n"]], held) for row in rows}
    return {str(n): str(root) for n, root in met.items() if root}


def _identities(row: Mapping[str, Any]) -> list[Identity]:
    try:
        return [Identity(str(space), str(value)) for space, value in row.get("identities") or ()]
    except (TypeError, ValueError):
        raise Invalid.at("/rows", "invalid_list", "identities are pairs of texts") from None


def _met(
    row: Mapping[str, Any], roots: Mapping[UUID, UUID], identities: Iterable[Identity], held: Held
) -> UUID | None:
    named = find_id(row.get("id"))
    if named is not None:
        return roots.get(named)
    holding = (roots.get(h.root_id) for identity in identities for h in held.get(identity, ()))
    return next(filter(None, holding), None)
