"""Scripts: requests that touch customers, one after the other, each able to use the answer before it.

A script gets the world and its own randomness, so that two worlds play it alike.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Generator
from random import Random
from typing import Any
from uuid import UUID

from tests.security.door import Answer, Request
from tests.security.known import SOURCE, World
from tests.security.people import TAGS, TYPED, People
from tests.support.events import conversation_event

Play = Generator[Request, Answer, None]

SORTS = ("name", "created_at", "updated_at", "last_interaction_at", "custom.score", "custom.birthday")
ODD_SORTS = (
    "email",
    "phone",
    "whatsapp",
    "contact_points",
    "id",
    "teams",
    "tags",
    "custom.plan",
    "custom.none",
)
KINDS = ("conversation", "message", "change", "appointment,purchase", "note", "conversation,note,change")
STRANGE_IDS = ("0", "without-team", "00000000-0000-0000-0000-000000000000", "search")


def on(operation: str, customer_id: str, **more: Any) -> Request:
    return Request(operation, {"customer_id": customer_id}, **more)


def get_each(world: World, rng: Random) -> Play:
    """Each kind of customer, then again as a cache would ask."""
    for _, customer_id in world.one_of_each(rng):
        answer = yield on("get_customer", customer_id)
        tag = answer.header("etag") or '"1"'
        yield on("get_customer", customer_id, headers={"If-None-Match": rng.choice((tag, "*"))})
    yield on("get_customer", world.some("hidden", rng).upper())


def get_strange_ids(world: World, rng: Random) -> Play:
    for strange in STRANGE_IDS:
        yield on("get_customer", strange)


def list_in_every_order(world: World, rng: Random) -> Play:
    """A few pages in each order."""
    for sort in rng.sample(SORTS, len(SORTS)):
        query = {"sort": rng.choice(("", "-")) + sort, "limit": rng.choice((1, 2, 5, 50))}
        if rng.random() < 0.5:
            query["include"] = "total"
        yield from pages(Request("list_customers", query=query), pages=3)


def list_all(world: World, rng: Random) -> Play:
    yield Request("list_customers", query={"limit": 200, "include": "total"})
    yield Request("list_customers", query={"deleted": "true"})
    for sort in rng.sample(ODD_SORTS, 3):
        yield Request("list_customers", query={"sort": sort})


def list_after_forged_cursors(world: World, rng: Random) -> Play:
    """A cursor is a position: one that names a hidden customer must be worth nothing."""
    first = yield Request("list_customers", query={"sort": "name", "limit": 2})
    cursor = first.next_cursor or _cursor(["name", ["ana silva"], world.some("own", rng)])
    name, values, _ = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    for kind in ("hidden", "of others", "deleted"):
        forged = _cursor([name, values, world.some(kind, rng)])
        yield Request("list_customers", query={"sort": "name", "cursor": forged})
    yield Request("list_customers", query={"sort": "-name", "cursor": cursor})
    yield Request("list_customers", query={"sort": "name", "cursor": cursor[:-3]})


def search(world: World, rng: Random) -> Play:
    body = {"sort": rng.choice(("", "-")) + rng.choice(SORTS), "limit": rng.choice((1, 3, 200))}
    first = yield Request("search_customers", body={**body, "include": ["total"]})
    if first.next_cursor:
        yield Request("search_customers", body={**body, "cursor": first.next_cursor})
    yield Request("search_customers", body={"sort": rng.choice(ODD_SORTS)})


def history_of_each(world: World, rng: Random) -> Play:
    for _, customer_id in world.one_of_each(rng):
        query = {"limit": rng.choice((1, 2, 50))}
        if rng.random() < 0.6:
            query["kind"] = rng.choice(KINDS)
        if rng.random() < 0.2:
            query["until"] = world.founded.isoformat().replace("+00:00", "Z")
        yield from pages(on("list_history", customer_id, query=query), pages=2)


def users_who_see_each(world: World, rng: Random) -> Play:
    for _, customer_id in world.one_of_each(rng):
        yield Request("list_users", query={"for_customer": customer_id})
    yield Request("list_users")


def tags_and_their_pages(world: World, rng: Random) -> Play:
    yield Request("list_tags", query={"limit": 200})
    yield from pages(Request("list_tags", query={"limit": 1}), pages=4)
    for beginning in ("v", "seg", "SEGREDO", "atra", "%", rng.choice(TAGS)[:2]):
        yield Request("list_tags", query={"q": beginning})


def each_tag(world: World, rng: Random) -> Play:
    """Those that nobody has, that only hidden customers have, that are part of another one, or never were."""
    for tag_id in (*world.tags.values(), str(UUID(int=rng.getrandbits(128), version=4)), "vip"):
        yield Request("get_tag", {"tag_id": tag_id})


def changes_of_each_tag(world: World, rng: Random) -> Play:
    """Administrators only: whether there is such a tag is not told to others."""
    for tag_id in (*world.tags.values(), str(UUID(int=rng.getrandbits(128), version=4))):
        yield Request("update_tag", {"tag_id": tag_id}, body={"name": rng.choice(("vip", "segredo"))})
        yield Request("update_tag", {"tag_id": tag_id}, body={"merge_into": world.tags["vip"]})
        yield Request("delete_tag", {"tag_id": tag_id}, headers={"If-Match": '"1"'})
    yield Request("create_tag", body={"name": rng.choice(("vip", "segredo", "new"))})


def teams(world: World, rng: Random) -> Play:
    yield Request("list_teams")
    for team_id in world.teams.values():
        yield Request("get_team", {"team_id": team_id})


def update_each(world: World, rng: Random) -> Play:
    """Edits of each kind of customer, with and without the version that was seen."""
    for kind, customer_id in world.one_of_each(rng):
        seen = yield on("get_customer", customer_id)
        fitting = seen.header("etag") or '"2"'
        headers = rng.choice(({}, {"If-Match": fitting}, {"If-Match": '"77"'}, {"If-Match": "*"}))
        patch = rng.choice(_patches(world, rng))
        yield on("update_customer", customer_id, body=patch, headers=headers)
        if kind.startswith(("hidden", "never", "of others")):
            yield on("update_customer", customer_id, body={"name": "Mine now"})


def absorb_each(world: World, rng: Random) -> Play:
    people = People(rng, TYPED)
    for _, customer_id in world.one_of_each(rng):
        data: dict[str, Any] = {"name": people.name(), "tags": rng.sample(TAGS, 2)}
        if rng.random() < 0.4:
            data["phone"] = people.phone()
        yield on("absorb_customer", customer_id, body=data)


def delete_each(world: World, rng: Random) -> Play:
    for _, customer_id in world.one_of_each(rng):
        yield on("delete_customer", customer_id)


def restore_each(world: World, rng: Random) -> Play:
    for _, customer_id in world.one_of_each(rng):
        yield on("restore_customer", customer_id)


def create_and_use(world: World, rng: Random) -> Play:
    """A creation, the same again (a duplicate, and a replay), and what can be done to the new customer."""
    people, key = People(rng, TYPED), {"Idempotency-Key": f"k{rng.getrandbits(64):x}"}
    body = people.customer(*rng.choice(([world.teams["1"]], [], [world.teams["2"]], [world.teams["3"]])))
    made = yield Request("create_customer", body=body, headers=key)
    yield Request("create_customer", body=body, headers=key)
    yield Request("create_customer", body=body)
    if made.status == 201:
        yield on("get_customer", made.json()["id"])
        yield on("update_customer", made.json()["id"], body={"phone": world.phone_of_hidden(rng)})
        yield on("list_history", made.json()["id"])


def create_for_others(world: World, rng: Random) -> Play:
    name = People(rng, TYPED).name()
    team_sets = ([world.teams["3"]], [world.teams["1"], world.teams["3"]], [], [world.some("hidden", rng)])
    for team_ids in team_sets:
        yield Request("create_customer", body={"name": name, "teams": team_ids})
    yield Request("create_customer", body={"name": name, "allow_duplicate": True})


def events_about_each(world: World, rng: Random) -> Play:
    """A connector may not learn anything either; conversations of the hidden stay theirs."""
    yield Request("list_customers")
    yield on("get_customer", world.some("hidden", rng))
    for source in (SOURCE, "/channels/whatsapp/other"):
        event = conversation_event(
            "closed", conversation=f"wa-{rng.getrandbits(40)}", source=source, message=None
        )
        yield Request("post_events", body={**event, "id": f"e{rng.getrandbits(64):x}"})


def pages(request: Request, *, pages: int) -> Play:
    answer = yield request
    for _ in range(pages - 1):
        if answer.next_cursor is None:
            return
        answer = yield request.but(query={**dict(request.query), "cursor": answer.next_cursor})


def _patches(world: World, rng: Random) -> list[dict[str, Any]]:
    people = People(rng, TYPED)
    return [
        {"name": people.name()},
        {"tags": {"add": [rng.choice(TAGS)]}},
        {"tags": {"remove": ["segredo", "vip"]}},
        {"tags": []},
        {"custom": {"plan": rng.choice(("Gold", "Silver", None))}},
        {"custom": {"score": rng.randint(0, 9)}},
        {"status": "blocked"},
        {"teams": [world.teams["3"]]},
        {"teams": {"remove": [world.teams["3"]]}},
        {"assignee": rng.choice(list(world.users.values()))},
        {"phone": people.phone()},
        {"phone": world.phone_of_hidden(rng)},
        {"email": people.email()},
        {"contact_points": {"add": [{"kind": "phone", "value": people.phone()}]}},
        {"contact_points": {"remove": [world.some("hidden", rng)]}},
        {"nonsense": 1},
    ]


def _cursor(content: list[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content, separators=(",", ":")).encode()).rstrip(b"=").decode()
