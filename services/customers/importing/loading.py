"""The customers that the rows of a batch may meet, as they are: locked for a run, merely read for a check."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from identity import Identity
from servicekit.database.failures import ChangedMeanwhile
from services.customers.bulk.queries import customers_of
from services.customers.bulk.repository import lock_customers
from services.customers.importing.domain.asked import Row
from services.customers.importing.domain.world import World
from services.customers.merging.queries import members_of
from services.customers.registry import holders, queries
from services.customers.registry.domain.customer import Customer
from services.customers.registry.holders import Held, Locked
from services.customers.registry.writing import Work

COLUMNS: Final = (
    "name",
    "name_source",
    "name_search",
    "status",
    "channel",
    "assignee_id",
    "team_ids",
    "tag_ids",
    "opt_ids",
    "custom",
    "custom_search",
)


def identities_of(rows: Iterable[Row]) -> set[Identity]:
    return {a.contact.identity for row in rows for a in row.addresses if a.contact}


def lock(work: Work, rows: Sequence[Row], *, answers_left: int | None) -> tuple[World, Locked]:
    """Keys first, sorted, then the customers with all their records: nothing of it changes until the end."""
    connection = work.uow.connection
    locked = holders.lock(connection, identities_of(rows))
    roots, seen = _met(connection, work, rows, locked.held)
    wanted = seen | frozenset(roots.values())
    members = lock_customers(connection, members_of(connection, wanted)) if wanted else {}
    if any(members.get(each) != root for each, root in roots.items()) or any(
        members.get(root) != root for root in wanted
    ):
        raise ChangedMeanwhile
    customers = read_customers(connection, work, wanted)
    records = {record for c in customers.values() if c.reached for record in c.reached.records}
    if customers.keys() != wanted or not records <= members.keys():
        raise ChangedMeanwhile
    return World(customers, roots, _roots_of(locked.held), answers_left), locked


def read(connection: Connection, work: Work, rows: Sequence[Row], *, answers_left: int | None) -> World:
    """The same without a lock: who goes in between counts as gone."""
    held = holders.find_holders(connection, identities_of(rows))
    roots, seen = _met(connection, work, rows, held)
    wanted = seen | frozenset(roots.values())
    customers = read_customers(connection, work, wanted)
    gone = wanted - customers.keys()
    roots = {asked: root for asked, root in roots.items() if root not in gone}
    holding = {it: tuple(r for r in several if r not in gone) for it, several in _roots_of(held).items()}
    return World(customers, roots, holding, answers_left)


def read_customers(connection: Connection, work: Work, ids: Iterable[UUID]) -> dict[UUID, Customer]:
    """With their contact points and all else that a row may change."""
    wanted = list(ids)
    if not wanted:
        return {}
    return customers_of(connection, work.scope, wanted, columns=COLUMNS, with_points=True)


def _met(
    connection: Connection, work: Work, rows: Sequence[Row], held: Held
) -> tuple[dict[UUID, UUID], frozenset[UUID]]:
    """Of each record that a row names its customer, and who holds an address; of whom the caller sees."""
    named = {row.meant for row in rows if row.meant}
    holding = {holder.root_id for several in held.values() for holder in several if holder.live}
    if not named and not holding:
        return {}, frozenset()
    found = queries.survivors_of(connection, work.scope, named | holding)
    return {id_: found[id_] for id_ in named if id_ in found}, frozenset(found.keys() & holding)


def _roots_of(held: Held) -> dict[Identity, tuple[UUID, ...]]:
    """The customers that hold each, one for all of its records."""
    living = {it: dict.fromkeys(h.root_id for h in several if h.live) for it, several in held.items()}
    return {identity: tuple(roots) for identity, roots in living.items() if roots}
