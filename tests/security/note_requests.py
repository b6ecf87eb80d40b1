"""Scripts about profiles, conversations that people begin, and notes, for each kind of customer and team."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.security.customer_requests import Play, on, pages
from tests.security.door import Request
from tests.security.known import World


def profile_of_each(world: World, rng: Random) -> Play:
    for _, customer_id in world.one_of_each(rng):
        yield on("get_profile", customer_id)
    yield on("get_profile", world.customers["own"][0])


def conversations_with_each(world: World, rng: Random) -> Play:
    """Asked for, and followed until it is known that nobody takes it."""
    for _, customer_id in world.one_of_each(rng):
        body: dict[str, Any] = {"channel": rng.choice(("whatsapp", "whatsapp", "email", "nowhere"))}
        if rng.random() < 0.4:
            body["team"] = rng.choice(list(world.teams.values()))
        asked = yield on("start_conversation", customer_id, body=body)
        if asked.status == 202:
            yield Request("get_conversation_request", {"request_id": asked.json()["id"]})
            yield on("get_profile", customer_id)


def each_conversation_request(world: World, rng: Random) -> Play:
    for _, request_id in world.any_of(world.requests, rng):
        yield Request("get_conversation_request", {"request_id": request_id})


def notes_of_each(world: World, rng: Random) -> Play:
    for _, customer_id in world.one_of_each(rng):
        query = rng.choice(({"limit": 1}, {}, {"pinned": "true"}, {"pinned": "false", "limit": 2}))
        yield from pages(on("list_notes", customer_id, query=query), pages=2)
    yield on("list_notes", world.customers["own"][0])


def each_note(world: World, rng: Random) -> Play:
    for _, note_id in world.any_of(world.notes, rng):
        yield Request("get_note", {"note_id": note_id})
        yield Request("list_note_changes", {"note_id": note_id})


def write_notes(world: World, rng: Random) -> Play:
    """On each kind of customer, for own teams and others, once and again."""
    key = {"Idempotency-Key": f"n{rng.getrandbits(64):x}"}
    for _, customer_id in world.one_of_each(rng):
        body: dict[str, Any] = {"body": f"Written {rng.getrandbits(40):x}", "pinned": rng.random() < 0.5}
        team = rng.choice((None, *world.teams.values(), world.some("hidden", rng)))
        made = yield on("create_note", customer_id, body=body | ({"team": team} if team else {}))
        if made.status == 201:
            note = {"note_id": made.json()["id"]}
            yield Request("update_note", note, body={"pinned": True}, headers={"If-Match": '"1"'})
            yield Request("list_note_changes", note)
            yield on("get_profile", customer_id)
            yield on("list_history", customer_id, query={"kind": "note", "limit": 2})
    for customer in (world.customers["own"][0], world.customers["own"][0], world.some("hidden", rng)):
        yield on("create_note", customer, body={"body": "Once", "team": world.teams["1"]}, headers=key)


def change_each_note(world: World, rng: Random) -> Play:
    for _, note_id in world.any_of(world.notes, rng):
        headers = rng.choice(({}, {"If-Match": '"1"'}, {"If-Match": '"77"'}, {"If-Match": "*"}))
        patch = rng.choice(({"body": "Mine now"}, {"pinned": True}, {"pinned": False}, {"nonsense": 1}))
        yield Request("update_note", {"note_id": note_id}, body=patch, headers=headers)
        if rng.random() < 0.3:
            yield Request("delete_note", {"note_id": note_id}, headers=headers)
            yield Request("get_note", {"note_id": note_id})
