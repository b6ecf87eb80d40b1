"""People who turn up by themselves: find who holds an address, or make the customer, many at once.

Addresses are looked up without a lock first; only unknown ones are locked, since nearly every
message comes from somebody known. Nothing is ever refused and no second customer is made for an
address that somebody holds: the first address in a list that has a holder decides, free ones are
added to that record, those of others stay where they are and are reported. So what came by an address
goes with it, when a merge is undone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from sqlalchemy import Connection, text

from identity import Identity
from servicekit.database.failures import ChangedMeanwhile
from services.customers.registry import holders, index, queries, repository
from services.customers.registry.domain import contacts
from services.customers.registry.domain.contacts import Point, Points
from services.customers.registry.domain.customer import FieldChange, NewCustomer
from services.customers.registry.holders import Held, Holder
from services.customers.registry.repository import Author, LockedCustomer

_MISSING = text("""
    SELECT root_id, kind, space, identity
    FROM unnest(CAST(:roots AS uuid[]), CAST(:kinds AS text[]), CAST(:spaces AS text[]),
                CAST(:identities AS text[])) AS wanted (root_id, kind, space, identity)
    WHERE NOT EXISTS (SELECT FROM contact_point p
                      WHERE (p.root_id, p.kind, p.space, p.identity)
                          = (wanted.root_id, wanted.kind, wanted.space, wanted.identity))""")

_LATEST = text("""
    SELECT customer_id FROM customer_activity WHERE customer_id = ANY(CAST(:ids AS uuid[]))
    ORDER BY last_at DESC NULLS LAST, customer_id""")


# Two records may have been merged into the same one.
_ABOVE = text("""
    WITH RECURSIVE above AS (
        SELECT merged_into AS id FROM customer WHERE id = ANY(CAST(:records AS uuid[]))
        UNION SELECT c.merged_into FROM above JOIN customer c ON c.id = above.id)
    SELECT id FROM above WHERE id IS NOT NULL""")

Missing = dict[UUID, list[tuple[UUID, Point]]]  # by root: the record that gains a point, and the point


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whom one wanted customer turned out to be.

    `customer_id` holds the address: children are written with it. `root_id` is the customer to
    change and to show. `conflicts` are other customers (roots) that hold further addresses of the list.
    """

    customer_id: UUID
    root_id: UUID
    created: bool
    added: Points = ()
    conflicts: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Arrivals:
    """One outcome for each wanted customer, in order, and the rows of known customers as they were locked.

    Version and revision of a customer that gained contact points (`added`) have risen by one since.
    """

    outcomes: list[Outcome]
    locked: Mapping[UUID, LockedCustomer]


@dataclass(slots=True)
class _Plan:
    """Built in the order of arrival: what the first makes, the second finds."""

    owners: dict[Identity, tuple[UUID, UUID]]  # identity → (holder, root)
    decided: Mapping[UUID, tuple[UUID, UUID]]  # wanted customer → (holder, root)
    created: dict[UUID, NewCustomer] = field(default_factory=dict)
    added: dict[UUID, list[Point]] = field(default_factory=dict)  # by record
    outcomes: list[Outcome] = field(default_factory=list)


def get_or_create_many(
    connection: Connection,
    wanted: Sequence[NewCustomer],
    *,
    author: Author,
    decided: Mapping[UUID, tuple[UUID, UUID]] | None = None,
) -> Arrivals:
    """Resolve `wanted` by their contact points, in order; create those whom nobody knows.

    `decided` has (holder, root) for those of `wanted` that are known otherwise: by their conversation.

    Existing customers are locked (FOR NO KEY UPDATE), so that the caller may write their rows and
    children. Raises ChangedMeanwhile when a holder was deleted or merged in between: repeat the transaction.
    """
    held = _hold(connection, wanted)
    plan = _Plan(owners=_owners(connection, held), decided=decided or {})
    for customer in wanted:
        plan.outcomes.append(_settle(plan, customer))
    locked = _lock(connection, plan, wanted)
    repository.insert_customers(connection, list(plan.created.values()), author=author)
    claims = [(i, c.id) for c in plan.created.values() for i in sorted_identities(c.points)]
    claims += [(p.identity, record) for record, points in plan.added.items() for p in _first_of_each(points)]
    holders.claim(connection, claims, held=held)
    added = _add_points(connection, plan, wanted, author)
    outcomes = [_with_added(outcome, added) for outcome in plan.outcomes]
    return Arrivals(outcomes, locked)


def sorted_identities(points: Iterable[Point]) -> list[Identity]:
    return sorted(contacts.identities(points), key=lambda i: (i.space, i.value))


def _hold(connection: Connection, wanted: Sequence[NewCustomer]) -> Held:
    identities = {p.identity for customer in wanted for p in customer.points}
    held = holders.find_holders(connection, identities)
    return held | holders.lock(connection, identities - _living(held).keys()).held


def _living(held: Held) -> Held:
    """Without holders who are deleted. There are none, and if there were, their news would be somebody new's:
    to wait until such a holder is gone would hold up everybody's."""
    living = {identity: tuple(h for h in several if h.live) for identity, several in held.items()}
    return {identity: several for identity, several in living.items() if several}


def _owners(connection: Connection, held: Held) -> dict[Identity, tuple[UUID, UUID]]:
    held = _living(held)
    shared = {h.root_id for several in held.values() if len(several) > 1 for h in several}
    latest: dict[UUID, int] = {}
    if shared:
        rows = connection.execute(_LATEST, {"ids": sorted(shared)})
        latest = {row.customer_id: rank for rank, row in enumerate(rows)}

    def rank(holder: Holder) -> tuple[int, int]:
        return latest.get(holder.root_id, len(latest)), holder.slot

    best = {identity: min(several, key=rank) for identity, several in held.items()}
    return {identity: (holder.customer_id, holder.root_id) for identity, holder in best.items()}


def _settle(plan: _Plan, customer: NewCustomer) -> Outcome:
    known = [plan.decided[customer.id]] if customer.id in plan.decided else []
    known += [plan.owners[p.identity] for p in customer.points if p.identity in plan.owners]
    if not known:
        plan.created[customer.id] = customer
        plan.owners |= {p.identity: (customer.id, customer.id) for p in customer.points}
        return Outcome(customer.id, customer.id, created=True)
    holder, root = known[0]
    free = [p for p in customer.points if p.identity not in plan.owners]
    if free:
        plan.added.setdefault(holder, []).extend(free)
        plan.owners |= {p.identity: (holder, root) for p in free}
    others = frozenset(other for _, other in known if other != root)
    return Outcome(holder, root, created=False, conflicts=others)


def _lock(connection: Connection, plan: _Plan, wanted: Sequence[NewCustomer]) -> dict[UUID, LockedCustomer]:
    """The customers that somebody turned out to be, with the records that may gain an address, and those
    that these were merged into on the way to the customer: all in one order, as merges lock them."""
    known = {o.customer_id: o.root_id for o in plan.outcomes if o.root_id not in plan.created}
    roots = frozenset(known.values())
    owners = (plan.owners[p.identity] for customer in wanted for p in customer.points)
    known |= {holder: root for holder, root in owners if root in roots}
    merged = [holder for holder, root in known.items() if holder != root]
    above = connection.execute(_ABOVE, {"records": merged}).scalars().all() if merged else ()
    locked = repository.lock_customers(connection, {*known, *known.values(), *above})
    for holder, root in known.items():
        if root not in locked or locked[root].deleted_at is not None or not _leads_to(root, holder, locked):
            raise ChangedMeanwhile
    return locked


def _leads_to(root: UUID, holder: UUID, locked: Mapping[UUID, LockedCustomer]) -> bool:
    """Whether all that is between them is locked, and part of that customer still."""
    row = locked.get(holder)
    while row is not None and row.root_id == root and row.merged_into is not None:
        row = locked.get(row.merged_into)
    return row is not None and row.id == row.root_id == root


def _add_points(
    connection: Connection, plan: _Plan, wanted: Sequence[NewCustomer], author: Author
) -> dict[UUID, Points]:
    """Free addresses, and known ones in a new use (a phone that now writes on WhatsApp)."""
    missing = _missing_points(connection, plan, wanted)
    if not missing:
        return {}
    _check_still_held(connection, plan, missing)
    reached = queries.reached_of(connection, missing.keys())
    changes, added = [], {}
    for root, new in missing.items():
        before = after = reached[root].shown
        for _, point in new:
            after = contacts.add(after, point)
        record_of = {point.id: record for record, point in new}
        repository.save_points(connection, reached[root], reached[root].showing(after, new_of=record_of))
        added[root] = tuple(p for p in after if p not in before)
        shown = [
            {"kind": p.kind, "value": p.value, "label": p.label, "primary": p.primary} for p in added[root]
        ]
        changes.append((root, FieldChange("contact_points", None, shown)))
    repository.record_changes(connection, changes, author=author)
    repository.touch_customers(connection, added, at=author.at)
    index.refresh(connection, added)
    return added


def _check_still_held(connection: Connection, plan: _Plan, missing: Missing) -> None:
    """Known addresses were read without a lock: an edit may have freed one before we locked its customer."""
    free = {p.identity for points in plan.added.values() for p in points}
    known = {p.identity: record for new in missing.values() for record, p in new if p.identity not in free}
    held = holders.find_holders(connection, known)
    if any(record not in (h.customer_id for h in held.get(it, ())) for it, record in known.items()):
        raise ChangedMeanwhile


def _missing_points(connection: Connection, plan: _Plan, wanted: Sequence[NewCustomer]) -> Missing:
    candidates: dict[tuple[UUID, str, Identity], tuple[UUID, Point]] = {}
    for customer, outcome in zip(wanted, plan.outcomes, strict=True):
        for point in customer.points:
            holder, root = plan.owners[point.identity]
            if root == outcome.root_id and customer.id not in plan.created:
                candidates.setdefault((root, point.kind, point.identity), (holder, point))
    rows = connection.execute(_MISSING, _columns(candidates.keys())) if candidates else ()
    missing: Missing = {}
    for row in rows:
        record, point = candidates[row.root_id, row.kind, Identity(row.space, row.identity)]
        # Nobody who merely writes decides which address is the primary one.
        missing.setdefault(row.root_id, []).append((record, replace(point, primary=False)))
    return missing


def _columns(keys: Iterable[tuple[UUID, str, Identity]]) -> dict[str, list[object]]:
    rows = [(root, kind, i.space, i.value) for root, kind, i in keys]
    names = ("roots", "kinds", "spaces", "identities")
    return {name: list(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)}


def _first_of_each(points: Iterable[Point]) -> list[Point]:
    return list({p.identity: p for p in points}.values())


def _with_added(outcome: Outcome, added: Mapping[UUID, Points]) -> Outcome:
    points = () if outcome.created else added.get(outcome.root_id, ())
    return Outcome(outcome.customer_id, outcome.root_id, outcome.created, points, outcome.conflicts)
