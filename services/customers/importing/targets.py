"""Whom rows would meet, for grouping: by the id that a row names, else by the first address with a holder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from identity import Identity
from servicekit.errors import Invalid
from servicekit.inputs import find_id
from services.customers.registry import holders
from services.customers.registry.holders import Held

_ROOTS = text("""
    SELECT asked.id AS asked, c.id AS root FROM customer asked JOIN customer c ON c.id = asked.root_id
    WHERE asked.id = ANY(CAST(:ids AS uuid[])) AND c.live""")


def find(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """By the number of each row that meets somebody."""
    named = {id_ for row in rows if (id_ := find_id(row.get("id")))}
    roots: dict[UUID, UUID] = {}
    if named:
        roots = {row.asked: row.root for row in connection.execute(_ROOTS, {"ids": list(named)})}
    identities = {row["n"]: _identities(row) for row in rows}
    held = holders.find_holders(connection, {it for several in identities.values() for it in several})
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
    holding = (h.root_id for identity in identities for h in held.get(identity, ()) if h.live)
    return next(holding, None)
