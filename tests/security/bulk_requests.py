"""Bulk actions as questions: what they count, change and refuse must not tell of whom one may not see."""

from __future__ import annotations

from random import Random
from typing import Any
from uuid import uuid4

from tests.security.customer_requests import Play
from tests.security.definitions import KEPT_TAG
from tests.security.door import Request
from tests.security.known import World
from tests.security.people import TAGS


def of(operation: str, bulk_id: str, **more: Any) -> Request:
    return Request(operation, {"bulk_id": bulk_id}, **more)


def change_each(world: World, rng: Random) -> Play:
    """Customers of every kind at once: first counted, then changed, then asked for who was left out."""
    ids = [customer_id for _, customer_id in world.one_of_each(rng)]
    action = rng.choice(_actions(world, rng))
    for selection in ({"ids": ids}, {"all": True, "except": ids[:3]}, rng.choice(_filters(rng))):
        asked = {**action, "selection": selection}
        yield Request("start_bulk", body={**asked, "dry_run": True})
        started = yield Request("start_bulk", body=asked)
        if started.status == 202:
            yield from _all_about(started.json()["id"])
    yield Request("list_bulk", query={"limit": rng.choice((1, 200))})


def what_agents_may_not(world: World, rng: Random) -> Play:
    some = {"selection": {"ids": [world.some(kind, rng) for kind in ("own", "hidden", "of others")]}}
    yield Request("start_bulk", body={"action": "delete", **some})
    yield Request("start_bulk", body={"action": "assign_team", "team": world.teams["3"], **some})
    yield Request("start_bulk", body={"action": "set_status", "status": "blocked", "selection": {}})


def of_somebody_else(world: World, rng: Random) -> Play:
    for operation in ("get_bulk", "list_bulk_refusals", "stream_bulk_events", "cancel_bulk"):
        for bulk_id in (world.bulk, str(uuid4())):
            yield of(operation, bulk_id)
    yield Request("list_bulk")


def _all_about(bulk_id: str) -> Play:
    yield of("get_bulk", bulk_id)
    first = yield of("list_bulk_refusals", bulk_id, query={"limit": 2})
    if first.next_cursor:
        yield of("list_bulk_refusals", bulk_id, query={"limit": 200, "cursor": first.next_cursor})
    yield of("stream_bulk_events", bulk_id)
    yield of("cancel_bulk", bulk_id)


def _actions(world: World, rng: Random) -> list[dict[str, Any]]:
    """Names of tags are the company's: whoever uses one has the same tag as everybody, hidden or not. So
    nobody is given a tag here that came into being with a hidden customer."""
    return [
        {"action": "add_tags", "tags": [rng.choice(TAGS), KEPT_TAG]},
        {"action": "remove_tags", "tags": ["segredo", "vip"]},
        {"action": "set_field", "field": "plan", "value": rng.choice(("Gold", None))},
        {"action": "set_status", "status": rng.choice(("active", "inactive"))},
        {"action": "set_assignee", "assignee": rng.choice(("me", None, *world.users.values()))},
    ]


def _filters(rng: Random) -> list[dict[str, Any]]:
    return [
        {"q": rng.choice(("maria", "vip", "segredo", "silva"))},
        {"filter": {"field": "tags", "op": "any_of", "value": ["vip", "segredo"]}},
        {"filter": {"not": {"field": "status", "op": "eq", "value": "blocked"}}},
        {"filter": {"field": "email", "op": "is_set"}},
    ]
