"""Scripts about possible duplicates and requests for access, where some are of customers who are hidden."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.security.customer_requests import Play, pages
from tests.security.door import Request
from tests.security.known import World
from tests.security.people import TYPED, People

_REASONS = ("same_line", "same_email", "similar_name", "same_local_part", "same_domain", "close_phone")


def check_what_is_typed(world: World, rng: Random) -> Play:
    """Numbers and names of customers of each kind, and of nobody."""
    people = People(rng, TYPED)
    for kind, customer in world.one_of_each(rng):
        body: dict[str, Any] = {"name": people.name()}
        if phone := world.phones.get(customer):
            body[rng.choice(("phone", "whatsapp"))] = phone
        yield Request("check_duplicates", body=body)
        if kind.startswith("hidden"):
            yield Request("check_duplicates", body={"phone": world.phones.get(customer) or people.phone()})
    yield Request("check_duplicates", body={"name": "Segredo", "email": people.email()})
    yield Request("check_duplicates", body={})


def queue_in_every_way(world: World, rng: Random) -> Play:
    yield from pages(Request("list_duplicates", query={"limit": rng.choice((1, 2, 5))}), pages=4)
    yield Request("list_duplicates", query={"limit": 200})
    for query in (
        {"shared": "true"},
        {"shared": "false", "limit": 3},
        {"min_score": rng.randrange(60, 101)},
        {"reason": rng.choice(_REASONS)},
    ):
        yield Request("list_duplicates", query=query)
    for _, customer in world.one_of_each(rng):
        yield Request("list_duplicates", query={"customer": customer})


def clusters_in_pages(world: World, rng: Random) -> Play:
    limit = rng.choice((1, 2, 50))
    yield from pages(Request("list_duplicate_clusters", query={"limit": limit}), pages=3)


def each_pair(world: World, rng: Random) -> Play:
    for _, pair in world.any_of(world.pairs, rng):
        yield Request("get_duplicate", {"pair_id": pair})


def decide_each_pair(world: World, rng: Random) -> Play:
    for kind, pair in world.any_of(world.pairs, rng):
        if kind.startswith(("hidden", "never")) or rng.random() < 0.2:
            decision = {"decision": rng.choice(("not_duplicate", "not_duplicate", "same"))}
            yield Request("decide_duplicate", {"pair_id": pair}, body=decision)
            yield Request("get_duplicate", {"pair_id": pair})


def requests_for_access(world: World, rng: Random) -> Play:
    yield from pages(Request("list_access_requests", query={"limit": 1}), pages=3)
    for state in ("pending", "granted", "declined"):
        yield Request("list_access_requests", query={"state": state})


def ask_for_access(world: World, rng: Random) -> Play:
    """With tokens of others, and such as never were."""
    for token in (*world.access_tokens, f"{rng.getrandbits(128):x}"):
        yield Request("request_access", body={"token": token})
    yield Request("list_access_requests")


def decide_requests_for_access(world: World, rng: Random) -> Play:
    """Administrators only: whether there is such a request is not told to others."""
    for _, request in world.any_of(world.access_requests, rng):
        body = rng.choice(({"decision": "granted"}, {"decision": "declined"}))
        yield Request("decide_access_request", {"request_id": request}, body=body)
