"""Scripts about merges: of visible customers with each kind of other, what comes of it, and the way back."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.security.customer_requests import Play, on, pages
from tests.security.door import Answer, Request
from tests.security.known import World
from tests.support.campaign import size

_WHATEVER = {"If-Match": "*"}
_READS = ("get_customer", "list_history", "get_profile", "list_notes", "list_customer_tasks")


def preview_with_each(world: World, rng: Random) -> Play:
    """Of an own customer with one of each kind, in either role."""
    for _, customer in world.one_of_each(rng):
        plan = _plan(rng, world.some("own", rng), customer)
        if rng.random() < 0.3:
            plan["values"] = {rng.choice(("name", "status", "phone", "custom.plan")): {"from": customer}}
        yield Request("preview_merge", body=plan)
    yield Request("preview_merge", body=_plan(rng, *rng.sample(world.customers["own"], 2)))


def merge_with_each(world: World, rng: Random) -> Play:
    """With the versions that were seen, with old ones, with any; then the way back."""
    for kind, customer in world.one_of_each(rng):
        own = world.some("own", rng)
        plan = _plan(rng, own, customer)
        headers = rng.choice(({}, {}, _WHATEVER))
        if not headers:
            seen = (yield on("get_customer", own)), (yield on("get_customer", customer))
            plan["versions"] = _versions((own, customer), seen, rng)
        made = yield Request("merge_customers", body=plan, headers=headers)
        if made.status == 201:
            yield from _afterwards(made.json(), plan, rng)
        elif kind.startswith(("hidden", "never")):
            yield Request("merge_customers", body=_plan(rng, own, customer), headers=_WHATEVER)


def merge_all_at_once(world: World, rng: Random) -> Play:
    """One that may not be seen among nine that may."""
    own = world.customers["own"]
    for kind in ("hidden", "of others", "deleted"):
        plan = {"primary": own[0], "duplicates": [*own[1:4], world.some(kind, rng)]}
        yield Request("merge_customers", body=plan, headers=_WHATEVER)
    for wrong in ({"primary": own[0], "duplicates": [own[0]]}, {"primary": own[0], "duplicates": []}):
        yield Request("merge_customers", body=wrong, headers=_WHATEVER)


def merges_in_pages(world: World, rng: Random) -> Play:
    yield from pages(Request("list_merges", query={"limit": rng.choice((1, 2, 50))}), pages=3)
    for _, customer in world.one_of_each(rng):
        yield Request("list_merges", query={"customer": customer})


def each_merge(world: World, rng: Random) -> Play:
    for _, merge in world.any_of(world.merges, rng):
        yield Request("get_merge", {"merge_id": merge})


def undo_each(world: World, rng: Random) -> Play:
    for kind, merge in world.any_of(world.merges, rng):
        there = {"merge_id": merge}
        yield Request("undo_merge", there, query={"dry_run": "true"})
        if kind.startswith(("hidden", "never")) or rng.random() < 0.2:
            yield Request("undo_merge", there)
            yield Request("get_merge", there)


def _afterwards(merge: dict[str, Any], plan: dict[str, Any], rng: Random) -> Play:
    there, [absorbed] = {"merge_id": merge["id"]}, plan["duplicates"]
    for operation in rng.sample(_READS, size(2, len(_READS))):
        yield on(operation, absorbed)
    yield on("update_customer", absorbed, body={"name": "Not applied"})
    yield on("list_history", merge["primary"], query={"kind": "change", "limit": 5})
    yield Request("list_merges", query={"customer": absorbed})
    yield Request("undo_merge", there, query={"dry_run": "true"})
    yield Request("undo_merge", there)
    yield Request("undo_merge", there)
    yield Request("get_merge", there)


def _plan(rng: Random, *customers: str) -> dict[str, Any]:
    primary, *duplicates = rng.sample(customers, len(customers))
    return {"primary": primary, "duplicates": duplicates}


def _versions(customers: tuple[str, ...], seen: tuple[Answer, Answer], rng: Random) -> dict[str, int]:
    """Mostly those of the moment."""
    return {
        each: answer.json()["version"] if answer.status == 200 and rng.random() < 0.9 else 77
        for each, answer in zip(customers, seen, strict=True)
    }
