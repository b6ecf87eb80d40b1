"""Merges, decisions and requests for access that are well formed and against the rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

from tests.security.door import Request
from tests.security.known import World

_WHATEVER = {"If-Match": "*"}


def with_hidden(world: World, hidden: str) -> Iterator[Request]:
    """In either role, alone and among others; nor is it told what it would be."""
    own = world.customers["own"]
    for plan in (
        _plan(own[0], hidden),
        _plan(hidden, own[0]),
        _plan(own[0], own[1], own[2], hidden),
    ):
        yield Request("merge_customers", body=plan, headers=_WHATEVER)
    yield Request("preview_merge", body=_plan(own[0], hidden))
    yield Request("list_duplicates", query={"customer": hidden, "limit": 0})
    yield Request("list_merges", query={"customer": hidden})


def of_others(world: World) -> Iterator[Request]:
    for kind in ("hidden, absorbed from own", "hidden, absorbed by deleted"):
        for merge in world.merges[kind]:
            yield Request("get_merge", {"merge_id": merge})
            yield Request("undo_merge", {"merge_id": merge})
            yield Request("undo_merge", {"merge_id": merge}, query={"dry_run": "true"})
    for kind in ("own with others", "hidden", "hidden with own"):
        pair = {"pair_id": world.pairs[kind][0]}
        yield Request("get_duplicate", pair)
        yield Request("decide_duplicate", pair, body={"decision": "not_duplicate"})
    yield Request("request_access", body={"token": "never given to anybody"})


def stale(world: World, headers: Mapping[str, str]) -> Iterator[Request]:
    """By an administrator: versions that are not, and a decision that was taken meanwhile."""
    own = world.customers["own"]
    versions = dict.fromkeys(own[:2], 4711)
    yield Request("merge_customers", body={**_plan(*own[:2]), "versions": versions})
    request = {"request_id": world.access_requests["of others"][0]}
    yield Request("decide_access_request", request, body={"decision": "declined"}, headers=headers)
    for absorbed in (world.customers["absorbed by own"][0], world.customers["hidden, absorbed from own"][0]):
        yield Request("merge_customers", body=_plan(own[0], absorbed), headers=_WHATEVER)


def against_rules(world: World) -> Iterator[Request]:
    """By an agent of team 1."""
    own = world.customers["own"]
    merge = dict[str, Any](_plan(*own[:2]))
    yield Request("merge_customers", body=merge)
    yield Request("merge_customers", body={**merge, "versions": {own[0]: 1}})
    for wrong in (
        _plan(own[0], own[0]),
        _plan(own[0], own[1], own[1]),
        _plan(own[0], *(str(uuid4()) for _ in range(10))),
        {**merge, "values": {"nonsense": "x"}},
        {**merge, "values": {"name": "Nobody's name"}},
        {**merge, "values": {"name": {"from": own[2]}}},
        {**merge, "values": {"name": {"from": world.customers["hidden"][0]}}},
    ):
        yield Request("merge_customers", body=wrong, headers=_WHATEVER)
        yield Request("preview_merge", body=wrong)
    undone = {"merge_id": world.merges["undone"][0]}
    yield Request("undo_merge", undone)
    yield Request("undo_merge", undone, query={"dry_run": "true"})
    yield Request("check_duplicates", body={"phone": 12})


def against_rules_for_admins(world: World) -> Iterator[Request]:
    for kind in ("granted", "declined"):
        request = {"request_id": world.access_requests[kind][0]}
        yield Request("decide_access_request", request, body={"decision": "granted"})
    request = {"request_id": world.access_requests["of others"][0]}
    for team in (world.teams["3"], str(uuid4())):  # whoever asks is in neither
        yield Request("decide_access_request", request, body={"decision": "granted", "team": team})
    yield Request("request_access", body={"token": world.access_tokens[-1]})  # somebody else's
    yield Request("start_bulk_merge", body={"kind": "similar"})


def _plan(primary: str, *duplicates: str) -> dict[str, Any]:
    return {"primary": primary, "duplicates": list(duplicates)}
