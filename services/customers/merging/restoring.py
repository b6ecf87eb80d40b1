"""Contact points that somebody took off the survivor come back with whom they came from."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, Row, text

from identity import Identity
from servicekit.database.failures import ChangedMeanwhile
from services.customers.merging.domain.record import Record
from services.customers.registry import duplicates, holders
from services.customers.registry.domain.customer import PRIMARY_KINDS
from services.customers.registry.domain.matches import Matches
from services.customers.registry.holders import Claim, Held
from services.customers.registry.writing import Work

_BROUGHT = """
    id uuid, customer_id uuid, kind text, value text, raw text, scope text, label text, is_primary boolean,
    space text, identity text, search text, created_at timestamptz"""

# What was corrected is there, and is right by now: it goes with its record as it is.
_MISSING = text(f"""
    SELECT whom.customer_id AS restored, b.id, b.customer_id, b.kind, b.value, b.is_primary, b.space,
           b.identity, to_json(b) AS point
    FROM merge_member whom CROSS JOIN LATERAL jsonb_to_recordset(whom.brought) AS b ({_BROUGHT})
    WHERE whom.merge_id = :merge AND NOT EXISTS (
        SELECT FROM contact_point p
        WHERE (p.customer_id, p.kind, p.space, p.identity) = (b.customer_id, b.kind, b.space, b.identity))
      AND NOT EXISTS (SELECT FROM contact_point p WHERE p.id = b.id)
    ORDER BY b.created_at, b.id""")

# Two primaries of one kind must not meet.
_MAKE_ROOM = text("""
    UPDATE contact_point p SET is_primary = false
    FROM unnest(CAST(:records AS uuid[]), CAST(:kinds AS text[])) AS back (record, kind)
    WHERE (p.customer_id, p.kind) = (back.record, back.kind) AND p.is_primary""")
_INSERT = text(f"""
    INSERT INTO contact_point (id, customer_id, root_id, kind, value, raw, scope, label, is_primary, space,
                               identity, search, created_at)
    SELECT b.id, b.customer_id, c.root_id, b.kind, b.value, b.raw, b.scope, b.label, b.is_primary, b.space,
           b.identity, b.search, b.created_at
    FROM json_to_recordset(CAST(:points AS json)) AS b ({_BROUGHT})
    JOIN customer c ON c.id = b.customer_id""")
_SETTLE = text("""
    UPDATE contact_point SET is_primary = true WHERE id IN (
        SELECT DISTINCT ON (p.customer_id, p.kind) p.id FROM contact_point p
        WHERE p.customer_id = ANY(CAST(:records AS uuid[])) AND NOT EXISTS (
            SELECT FROM contact_point first
            WHERE (first.customer_id, first.kind) = (p.customer_id, p.kind) AND first.is_primary)
        ORDER BY p.customer_id, p.kind, p.created_at, p.id)""")

_SHOWN_BY = text("SELECT id, kind FROM contact_point WHERE root_id = :root")


@dataclass(frozen=True, slots=True)
class Keys:
    """Identities that are locked, and who holds them."""

    locked: frozenset[Identity]
    held: Held


@dataclass(frozen=True, slots=True)
class Lost:
    """A contact point that could not come back, since somebody holds its identity by now."""

    restored: UUID
    kind: str
    value: str
    holder: UUID
    by_survivor: bool

    @property
    def field(self) -> str:
        """As duplicate answers name it."""
        return self.kind if self.kind in PRIMARY_KINDS else "contact_points"


def lock(work: Work, merge_id: UUID) -> Keys:
    """The identities of what is missing. Comes before any customer is locked.

    Who holds them is told by the answer: Conflict `duplicate_budget_exhausted`.
    """
    connection = work.uow.connection
    wanted = frozenset(map(_identity, _missing(connection, merge_id)))
    if wanted:
        duplicates.take_turn(connection, work.scope, at=work.at)
    return Keys(wanted, holders.lock(connection, wanted).held)


def bring_back(
    connection: Connection, merge_id: UUID, *, records: Mapping[UUID, Record], root: UUID, keys: Keys
) -> list[Lost]:
    """What is missing, with each record that stands where it should. Returns what others hold.

    `records` are all of the customer as they are after the undoing, locked and saved; `root` is the survivor.
    """
    missing = [row for row in _missing(connection, merge_id) if _stands(records, row)]
    if not {_identity(row) for row in missing} <= keys.locked:
        raise ChangedMeanwhile
    back, lost, claims = [], [], set()
    for row in missing:
        others = _others(row, records, keys.held)
        if others:
            lost.append(_lost(row, others, records, root))
            continue
        back.append(row)
        if row.customer_id not in {h.customer_id for h in keys.held.get(_identity(row), ())}:
            claims.add((_identity(row), row.customer_id))
    _insert(connection, back)
    holders.claim(connection, sorted(claims, key=_in_order), held=keys.held)
    return lost


def shown_by(connection: Connection, root: UUID) -> dict[UUID, str]:
    """The contact points that this customer shows, with their kinds."""
    return {row.id: row.kind for row in connection.execute(_SHOWN_BY, {"root": root})}


def settle(connection: Connection, records: Collection[UUID]) -> None:
    """The oldest becomes primary where a record has none of a kind."""
    connection.execute(_SETTLE, {"records": list(records)})


def restricted(work: Work, lost: Sequence[Lost], seen: Collection[UUID]) -> Matches:
    """Whom this would tell an agent of, besides holders whom they see (`seen`)."""
    if work.scope.is_admin:
        return Matches()
    told = [each for each in lost if work.masked or each.holder not in seen]
    return Matches({each.holder: (each.field,) for each in told})


def _missing(connection: Connection, merge_id: UUID) -> Sequence[Row[Any]]:
    return connection.execute(_MISSING, {"merge": merge_id}).all()


def _stands(records: Mapping[UUID, Record], row: Row[Any]) -> bool:
    """Whether the record is still part of who is restored: it may have been taken out of that before."""
    record = records.get(row.customer_id)
    return record is not None and record.root_id == row.restored


def _others(row: Row[Any], records: Mapping[UUID, Record], held: Held) -> list[UUID]:
    """Who holds the identity and is part of another customer."""
    holding = [h.customer_id for h in held.get(_identity(row), ())]
    return [id_ for id_ in holding if id_ not in records or records[id_].root_id != row.restored]


def _lost(row: Row[Any], others: Sequence[UUID], records: Mapping[UUID, Record], root: UUID) -> Lost:
    own = [id_ for id_ in others if id_ in records and records[id_].root_id == root]
    return Lost(row.restored, row.kind, row.value, (own or others)[0], by_survivor=bool(own))


def _insert(connection: Connection, back: Sequence[Row[Any]]) -> None:
    if not back:
        return
    primary = [row for row in back if row.is_primary]
    places = {"records": [row.customer_id for row in primary], "kinds": [row.kind for row in primary]}
    connection.execute(_MAKE_ROOM, places)
    connection.execute(_INSERT, {"points": orjson.dumps([row.point for row in back]).decode()})


def _identity(row: Row[Any]) -> Identity:
    return Identity(row.space, row.identity)


def _in_order(claim: Claim) -> tuple[str, str, UUID]:
    return claim[0].space, claim[0].value, claim[1]
