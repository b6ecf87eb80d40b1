"""Scripts that look for customers: searches, filters on every field, filters that people keep."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import Any
from uuid import UUID

from tests.security.customer_requests import ODD_SORTS, SORTS, Play
from tests.security.door import Request
from tests.security.known import World
from tests.security.people import FIRST, HIDDEN, LAST, TAGS

Json = dict[str, Any]
_SETS = ("any_of", "all_of", "none_of", "in", "not_in")
_RELATIVE = ("within_last", "older_than")
_PRESENCE = ("is_set", "is_not_set")
_FIELDS = (
    "name", "email", "phone", "whatsapp", "tags", "teams", "assignee", "status", "channel", "source",
    "created_at", "updated_at", "last_interaction_at", "custom.plan", "custom.score", "custom.birthday",
    "custom.none", "id", "contact_points", "deleted_at",
)  # fmt: skip


def filters_on_every_field(world: World, rng: Random) -> Play:
    """Each field with each of its operations once, some by GET and some by POST, all counted."""
    fields = world.share(_FIELDS)
    found = [leaf for leaf in _comparisons(world, rng) if leaf["field"] in fields]
    for leaf in rng.sample(found, len(found)):
        yield _asked(leaf, rng)


def nested_filters(world: World, rng: Random) -> Play:
    leaves = list(_comparisons(world, rng))
    for _ in range(12):
        some = rng.sample(leaves, 3)
        group: Json = {rng.choice(("and", "or")): [some[0], {"not": some[1]}, {"or": [some[2]]}]}
        yield _asked(group, rng)
    deep: Json = leaves[0]
    for _ in range(6):
        deep = {"not": deep}
    yield _asked(deep, rng)
    yield _asked({"and": []}, rng)


def searches(world: World, rng: Random) -> Play:
    """Words, beginnings, numbers of visible, hidden and made-up people; with an order and without."""
    words = [
        rng.choice(FIRST),
        rng.choice(LAST)[:2],
        "segredo",
        "vip",
        "p8",
        "@example.com",
        "%",
        rng.choice(TAGS),
    ]
    numbers = [*rng.sample(sorted(filter(None, world.phones.values())), 4), world.phone_of_hidden(rng)]
    for q in (*words, " ".join(words[:2]), *numbers, numbers[0][-6:], f"9{HIDDEN}"):
        body = {"q": q, "limit": rng.choice((1, 50)), "include": ["total"]}
        yield Request("search_customers", body=body)
        sort = rng.choice((*SORTS, *ODD_SORTS, "relevance"))
        yield Request("list_customers", query={"q": q, "sort": sort, "limit": rng.choice((2, 200))})


def saved_filters_and_their_pages(world: World, rng: Random) -> Play:
    first = yield Request("list_saved_filters", query={"limit": 1})
    if first.next_cursor:
        yield Request("list_saved_filters", query={"limit": 200, "cursor": first.next_cursor})


def each_saved_filter(world: World, rng: Random) -> Play:
    """Shared with teams of the caller and with others, private, and never there: read, and used."""
    for filter_id in _filters_of(world, rng):
        yield Request("get_saved_filter", {"filter_id": filter_id})
        yield Request("list_customers", query={"saved_filter": filter_id, "include": "total"})
        body = {"saved_filter": filter_id, "filter": next(_comparisons(world, rng)), "include": ["total"]}
        yield Request("search_customers", body=body)


def keep_and_use(world: World, rng: Random) -> Play:
    """A filter of one's own about things that hidden customers have, used, shared, changed and forgotten."""
    leaves = list(_comparisons(world, rng))
    for leaf in rng.sample(leaves, 4):
        name = f"f{rng.getrandbits(64):x}"
        team = rng.choice((None, *world.teams.values()))
        body = {"name": name, "filter": leaf, "sort": "-created_at", "shared_with_team": team}
        made = yield Request("create_saved_filter", body=body, headers={"Idempotency-Key": f"key of {name}"})
        yield Request("create_saved_filter", body=body)
        if made.status != 201:
            continue
        mine = {"filter_id": made.json()["id"]}
        yield Request("list_customers", query={"saved_filter": mine["filter_id"], "include": "total"})
        patch = {"filter": rng.choice(leaves), "q": "segredo", "shared_with_team": world.teams["3"]}
        yield Request("update_saved_filter", mine, body=patch)
        yield Request("update_saved_filter", mine, body={"q": "segredo"}, headers={"If-Match": '"9"'})
        yield Request("get_saved_filter", mine)
        yield Request("delete_saved_filter", mine)


def change_each_saved_filter(world: World, rng: Random) -> Play:
    for filter_id in _filters_of(world, rng):
        there = {"filter_id": filter_id}
        yield Request("update_saved_filter", there, body={"name": "Mine now"}, headers={"If-Match": '"99"'})
        yield Request("delete_saved_filter", there, headers={"If-Match": '"99"'})


def _filters_of(world: World, rng: Random) -> list[str]:
    return [*world.saved_filters.values(), _strange_id(rng), "mine"]


def _strange_id(rng: Random) -> str:
    """One that was never issued."""
    return str(UUID(int=rng.getrandbits(128), version=4))


def _asked(condition: Json, rng: Random) -> Request:
    zone = {"Time-Zone": rng.choice(("UTC", "America/Sao_Paulo", "Pacific/Apia", "Nowhere/None"))}
    sort = rng.choice(("", "-")) + rng.choice(SORTS)
    if rng.random() < 0.5:
        query = {"filter": json.dumps(condition), "include": "total", "sort": sort, "limit": 3}
        return Request("list_customers", query=query, headers=zone)
    body = {"filter": condition, "include": ["total"], "sort": sort, "limit": 200}
    return Request("search_customers", body=body, headers=zone)


def _comparisons(world: World, rng: Random) -> Iterator[Json]:
    for field in rng.sample(_FIELDS, len(_FIELDS)):
        value = rng.choice(_values(field, world, rng))
        for op in _PRESENCE:
            yield {"field": field, "op": op}
        for op in rng.sample(("eq", "ne", "contains", "starts_with", "gt", "lte"), 3):
            yield {"field": field, "op": op, "value": value}
        for op in rng.sample(_SETS, 2):
            yield {"field": field, "op": op, "value": [value, rng.choice(_values(field, world, rng))]}
        if field.endswith(("_at", "birthday")):
            for op in _RELATIVE:
                yield {"field": field, "op": op, "value": {"n": rng.randint(1, 900), "unit": "hour"}}
            yield {"field": field, "op": "between", "value": ["1990-02-01", "2026-11-21"]}


def _values(field: str, world: World, rng: Random) -> tuple[Any, ...]:
    """Of visible customers, of hidden ones and of nobody."""
    match field:
        case "phone" | "whatsapp":
            return (
                *rng.sample(sorted(filter(None, world.phones.values())), 3),
                world.phone_of_hidden(rng),
                f"9{HIDDEN}",
            )
        case "email":
            return (f"p{HIDDEN}", "example.com", f"p{HIDDEN}{rng.randrange(1_000_000)}@example.com")
        case "tags":
            return (
                *TAGS,
                "segredo",
                "never used",
                *world.tags.values(),
                str(UUID(int=rng.getrandbits(128), version=4)),
            )
        case "teams":
            return (*world.teams.values(), _strange_id(rng))
        case "assignee":
            return ("me", *world.users.values(), _strange_id(rng))
        case "status":
            return ("active", "blocked", "gone")
        case "custom.plan":
            return (*world.options, *world.options.values(), "Platinum")
        case "custom.score":
            return (0, 2, 2.5, 9)
        case "custom.birthday":
            return ("1990-02-01", "2000-01-01")
        case "name":
            return (rng.choice(FIRST), rng.choice(LAST), "a", f"{rng.choice(FIRST)} {rng.choice(LAST)}")
    if field.endswith("_at"):
        return ("2026-11-21", "1990-02-01", world.founded.isoformat())
    return ("whatsapp", "manual", "api")
