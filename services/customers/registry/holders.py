"""Who holds an identity: the one place that reads, claims and releases them, for one address or a thousand.

The database guarantees one holder (slot 0) of each identity; more than one only where duplicates
were allowed. Every writer locks the keys of all identities it claims or releases, in one sorted
order and before any customer row, then reads the holders: what it read stays true until its
transaction ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, text

from identity import Identity

Held = dict[Identity, tuple["Holder", ...]]
Claim = tuple[Identity, UUID]


@dataclass(frozen=True, slots=True)
class Holder:
    """One holder of one identity. `root_id` is the customer it is part of now: merges leave holders alone.

    Who is deleted holds nothing. Should one be `live` no more all the same, nobody is to stumble over it.
    """

    identity: Identity
    slot: int
    customer_id: UUID
    root_id: UUID
    live: bool


# Lists come as JSON: a thousand addresses are written and read in a third of the time that arrays take.
_WANTED = """ROWS FROM (json_array_elements_text(CAST(:spaces AS json)),
                        json_array_elements_text(CAST(:values AS json))) AS wanted (space, value)"""

# Sorted by bytes, so that inserting and locking agree whatever the database's collation.
_INSERT_KEYS = text(f"""
    INSERT INTO identity_key (space, value)
    SELECT space, value FROM {_WANTED} ORDER BY space COLLATE "C", value COLLATE "C"
    ON CONFLICT DO NOTHING RETURNING space, value""")

_LOCK_KEYS = text(f"""
    SELECT 1 FROM identity_key JOIN {_WANTED} USING (space, value)
    ORDER BY space COLLATE "C", value COLLATE "C" FOR UPDATE OF identity_key""")

_FORGET_KEYS = text(f"""
    DELETE FROM identity_key k USING {_WANTED} WHERE (k.space, k.value) = (wanted.space, wanted.value)""")

_READ = text(f"""
    SELECT h.space, h.value, h.slot, h.customer_id, c.root_id, r.deleted_at IS NULL AS live
    FROM {_WANTED} JOIN identity_holder h USING (space, value) JOIN customer c ON c.id = h.customer_id
    JOIN customer r ON r.id = c.root_id
    ORDER BY h.space, h.value, h.slot""")

_CLAIM = text("""
    INSERT INTO identity_holder (space, value, slot, customer_id)
    SELECT space, value, CAST(slot AS smallint), CAST(customer AS uuid)
    FROM ROWS FROM (json_array_elements_text(CAST(:spaces AS json)),
                    json_array_elements_text(CAST(:values AS json)),
                    json_array_elements_text(CAST(:slots AS json)),
                    json_array_elements_text(CAST(:customers AS json)))
         AS claimed (space, value, slot, customer)""")

_RELEASE = text("""
    DELETE FROM identity_holder h
    USING ROWS FROM (json_array_elements_text(CAST(:spaces AS json)),
                     json_array_elements_text(CAST(:values AS json)),
                     json_array_elements_text(CAST(:customers AS json))) AS freed (space, value, customer)
    WHERE (h.space, h.value, h.customer_id) = (freed.space, freed.value, CAST(freed.customer AS uuid))""")

# A hole at slot 0 would let a further customer in beside a holder that stands.
_MOVE_UP = text(f"""
    UPDATE identity_holder h SET slot = 0
    FROM (SELECT space, value, min(slot) AS slot FROM identity_holder JOIN {_WANTED} USING (space, value)
          GROUP BY space, value HAVING min(slot) > 0) lowest
    WHERE (h.space, h.value, h.slot) = (lowest.space, lowest.value, lowest.slot)""")

_HELD_BY = text("""
    SELECT space, value, customer_id FROM identity_holder
    WHERE customer_id = ANY(CAST(:customers AS uuid[]))""")


def find_holders(connection: Connection, identities: Iterable[Identity]) -> Held:
    """Who holds these now, lowest slot first. Without a lock: true for a moment only."""
    wanted = set(identities)
    held: Held = {}
    if wanted:
        for row in connection.execute(_READ, _lists(wanted)):
            identity = Identity(row.space, row.value)
            holder = Holder(identity, row.slot, row.customer_id, row.root_id, row.live)
            held[holder.identity] = (*held.get(holder.identity, ()), holder)
    return held


@dataclass(frozen=True, slots=True)
class Locked:
    """Identities that stay as they are until the transaction ends. Of `fresh` ones nobody had ever heard."""

    held: Held
    fresh: frozenset[Identity] = frozenset()


def lock(
    connection: Connection,
    identities: Iterable[Identity],
    *,
    unless: Callable[[Held], object] | None = None,
) -> Locked:
    """Lock these identities until the transaction ends, and read who holds them.

    Call it once in a transaction, with all it will claim or release, before locking any customer.
    `unless` says of the holders whether there is nothing to lock for: two hundred who are refused the
    same address then do not wait for one another.
    """
    asked = frozenset(identities)
    if not asked:
        return Locked({})
    # A key that we inserted is locked by that, and what had no key has no holder.
    inserted = connection.execute(_INSERT_KEYS, _lists(asked)).all()
    fresh = frozenset(Identity(space, value) for space, value in inserted)
    known = asked - fresh
    if known and unless and unless(held := find_holders(connection, known)):
        return Locked(held, fresh)
    if known:
        connection.execute(_LOCK_KEYS, _lists(known))
    return Locked(find_holders(connection, known), fresh)


def forget(connection: Connection, locked: Locked) -> None:
    """Leave no key behind that this transaction brought. No other may be deleted: somebody may wait."""
    if locked.fresh:
        connection.execute(_FORGET_KEYS, _lists(locked.fresh))


def claim(
    connection: Connection, claims: Sequence[Claim], *, held: Mapping[Identity, Sequence[Holder]]
) -> None:
    """Make each customer a holder of its identity, unless it is one. The caller locked them; `held` is what
    the lock read."""
    last = {identity: max(h.slot for h in holders) for identity, holders in held.items() if holders}
    rows = []
    for identity, customer_id in claims:
        if any(holder.customer_id == customer_id for holder in held.get(identity, ())):
            continue
        last[identity] = last.get(identity, -1) + 1
        rows.append((identity.space, identity.value, last[identity], customer_id))
    if rows:
        spaces, values, slots, customers = map(list, zip(*rows, strict=True))
        parameters = {"spaces": spaces, "values": values, "slots": slots, "customers": customers}
        connection.execute(_CLAIM, {name: _json(column) for name, column in parameters.items()})


def release(connection: Connection, claims: Sequence[Claim]) -> None:
    """End these holdings; the next holder of each identity, if any, moves up. The caller locked them."""
    if not claims:
        return
    wanted = _lists([identity for identity, _ in claims])
    connection.execute(_RELEASE, {**wanted, "customers": _json([customer_id for _, customer_id in claims])})
    connection.execute(_MOVE_UP, wanted)


def held_by(connection: Connection, customers: Sequence[UUID]) -> list[Claim]:
    """Everything that these customers hold, without a lock."""
    rows = connection.execute(_HELD_BY, {"customers": list(customers)})
    return [(Identity(row.space, row.value), row.customer_id) for row in rows]


def _lists(identities: Iterable[Identity]) -> dict[str, str]:
    several = list(identities)
    return {
        "spaces": _json([identity.space for identity in several]),
        "values": _json([identity.value for identity in several]),
    }


def _json(values: list[Any]) -> str:
    return orjson.dumps(values).decode()
