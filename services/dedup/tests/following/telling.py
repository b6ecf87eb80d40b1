"""Events of the customers service, as the consumer brings them."""

from __future__ import annotations

from typing import Any

from servicekit.events import Event
from servicekit.ids import new_id
from services.dedup.following.subscribers import FollowCustomers
from services.dedup.tests.world import World

Json = dict[str, Any]


class Deps:
    """What the plumbing gives to a handler."""

    def __init__(self, world: World) -> None:
        self.db, self._services = world.db, {"customers": world.company, "gateway": world}

    def rpc(self, service: str) -> Any:
        return self._services[service]


def an_event(kind: str, data: Json) -> Event:
    return Event(kind, data, id=str(new_id()), source="/services/customers")


def changed(world: World, *customers: str, kind: str = "updated", fields: tuple[str, ...] = ()) -> Event:
    """customers.changed.v1 about these."""
    company = world.company
    entries = [
        {
            "id": each,
            "version": company.customers[each].version,
            "revision": company.customers[each].revision,
            "kind": kind,
            "fields": list(fields),
            "members": company.members(each) if kind in ("deleted", "restored", "purged") else [],
        }
        for each in customers
    ]
    return an_event("customers.changed.v1", {"customers": entries})


def merged(world: World, *absorbed: str, into: str) -> Event:
    """It happens, and is told."""
    for each in absorbed:
        world.company.merge(each, into)
    data = {"merge": str(new_id()), "absorbed": list(absorbed), "members": world.company.members(into)}
    return an_event("customer.merged.v1", data)


def unmerged(world: World, restored: str) -> Event:
    root = world.company.root(restored)
    world.company.undo(restored)
    data = {"merge": str(new_id()), "restored": [restored], "members": world.company.members(root)}
    return an_event("customer.unmerged.v1", data)


def detected(*pairs: tuple[str, str], decision: str = "undecided") -> Event:
    data = {
        "pairs": [list(pair) for pair in pairs],
        "reason": "shared_identity",
        "fields": ["contact_points"],
        "decision": decision,
    }
    return an_event("duplicate.detected.v1", data)


def tell(world: World, *events: Event) -> None:
    """One batch."""
    handler = FollowCustomers(Deps(world))
    fetched = handler.fetch(list(events))
    world.db.run(lambda uow: handler.apply(uow, list(events), fetched))


def index(world: World) -> dict[str, tuple[set[str], set[tuple[str, str]]]]:
    """Of each customer in the index its records and identities."""
    records: dict[str, set[str]] = {}
    for row in world.rows("SELECT * FROM indexed_record"):
        records.setdefault(str(row.customer_id), set()).add(str(row.record_id))
    held: dict[str, set[tuple[str, str]]] = {}
    for row in world.rows("SELECT * FROM indexed_identity"):
        held.setdefault(str(row.customer_id), set()).add((row.space, row.value))
    known = {str(row.customer_id) for row in world.rows("SELECT customer_id FROM indexed_customer")}
    assert known == records.keys()
    assert held.keys() <= known
    return {each: (records[each], held.get(each, set())) for each in known}


def as_it_is(world: World) -> dict[str, tuple[set[str], set[tuple[str, str]]]]:
    """What the index has to come to."""
    company = world.company
    return {
        root: (
            set(company.members(root)),
            {(point.identity.space, point.identity.value) for point in company.points(root)},
        )
        for root in company.live_roots()
    }


def pairs(world: World) -> dict[frozenset[str], list[str]]:
    """Who looks like whom, with why."""
    rows = world.rows("SELECT * FROM pair")
    return {
        frozenset((str(row.first_id), str(row.second_id))): [reason["code"] for reason in row.reasons]
        for row in rows
    }
