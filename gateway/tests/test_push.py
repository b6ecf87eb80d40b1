"""Streams of changes over HTTP, from events on a real broker."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpx
import kombu
import orjson
import pytest

from gateway.push.news import ROUTING_KEYS
from gateway.tests.conftest import Agent
from gateway.tests.world import World, serving
from servicekit.ids import new_id
from servicekit.testing.proxy import proxied
from servicekit.testing.sse import EventStream, listening
from servicekit.testing.waiting import eventually

PATH = "/v1/stream"


@contextmanager
def streaming(url: str, token: str, *, types: str | None = None, **more: Any) -> Iterator[EventStream]:
    with listening(url + PATH, token, params={"types": types} if types else None, **more) as stream:
        yield stream


@dataclass
class Happening:
    """Customers, and what the services say about them."""

    world: World

    def customer(self, team_id: str | None) -> str:
        customer = str(new_id())
        if team_id is not None:
            self.world.tell_fake("put_in_team", customer, team_id)
        return customer

    def changed(self, *customers: str, kind: str = "updated") -> None:
        entries = [
            {"id": each, "version": 3, "revision": 3, "kind": kind, "fields": []} for each in customers
        ]
        self._publish("customers.changed.v1", {"customers": entries})

    def added(self, customer: str, team: str | None) -> None:
        items = [{"customer": customer, "team": team, "kind": "message"}]
        self._publish("interactions.added.v1", {"customers": [customer], "items": items})

    def _publish(self, type_: str, data: dict[str, Any]) -> None:
        with kombu.Connection(self.world.amqp_url) as connection:
            exchange = kombu.Exchange("crm.events", type="topic", no_declare=True)
            event = orjson.dumps({"specversion": "1.0", "id": str(new_id()), "type": type_, "data": data})
            connection.Producer(exchange=exchange, auto_declare=False).publish(event, routing_key=type_)


@pytest.fixture
def happening(world: World) -> Happening:
    return Happening(world)


def test_an_agent_hears_of_their_customers_and_an_administrator_of_all(
    world: World, agent: Agent, happening: Happening
):
    own, other = happening.customer(agent.team_id), happening.customer(None)
    with streaming(world.url, agent.token) as mine, streaming(world.url, world.admin_token) as all_:
        happening.changed(other, own)
        happening.added(own, agent.team_id)
        told = [
            {"type": "customer.updated", "id": own, "version": 3},
            {"type": "history.added", "id": own},
        ]
        assert mine.wait_for(2) == told
        assert all_.wait_for(3) == [{"type": "customer.updated", "id": other, "version": 3}, *told]
        assert [name for name, _ in mine.events] == [each["type"] for each in told]


def test_only_the_types_that_are_named_are_told(world: World, agent: Agent, happening: Happening):
    own = happening.customer(agent.team_id)
    with streaming(world.url, agent.token, types="history.added,task.due") as stream:
        happening.changed(own)
        happening.added(own, None)
        assert stream.wait_for(1) == [{"type": "history.added", "id": own}]


def test_a_stream_that_breaks_off_goes_on_without_loss_or_repetition(
    world: World, agent: Agent, happening: Happening
):
    own, later = (happening.customer(agent.team_id) for _ in range(2))
    with streaming(world.url, agent.token) as first:
        happening.changed(own)
        first.wait_for(1)
    happening.changed(later)
    with streaming(world.url, agent.token, last=first.last) as second:
        assert [each["id"] for each in second.wait_for(1)] == [later]


def test_whoever_was_removed_from_the_team_hears_nothing_more(
    world: World, agent: Agent, happening: Happening
):
    own = happening.customer(agent.team_id)
    with streaming(world.url, agent.token) as mine, streaming(world.url, world.admin_token) as control:
        happening.changed(own)
        mine.wait_for(1)
        with world.admin as admin:
            admin.delete(f"/v1/teams/{agent.team_id}/members/{agent.id}").raise_for_status()
        happening.added(own, agent.team_id)
        control.wait_for(2)
        with world.admin as admin:
            admin.put(f"/v1/teams/{agent.team_id}/members/{agent.id}").raise_for_status()
        happening.changed(own, kind="created")
        mine.wait_for(2)
        assert [each["type"] for each in mine.told] == ["customer.updated", "customer.created"]


def test_a_disabled_user_is_told_so_at_the_next_event_and_nothing_else(
    world: World, agent: Agent, happening: Happening
):
    own = happening.customer(agent.team_id)
    with streaming(world.url, agent.token) as stream:
        with world.admin as admin:
            admin.patch(f"/v1/users/{agent.id}", json={"active": False}).raise_for_status()
        happening.changed(own)
        [(name, problem)] = stream.wait_for(1) and stream.events
        assert (name, problem["status"], problem["code"]) == ("problem", 401, "unauthenticated")
        eventually(lambda: stream.over, what="the end of the stream")


def test_after_the_connection_to_the_broker_was_lost_everything_is_read_anew(
    world: World, agent: Agent, happening: Happening
):
    own = happening.customer(agent.team_id)
    with (
        proxied(world.amqp_url) as (proxy, amqp_url),
        serving(replace(world.settings, amqp_url=amqp_url)) as url,
        streaming(url, agent.token) as stream,
    ):
        _until_told(stream, happening, own)
        proxy.cut()
        happening.changed(own)
        proxy.restore()
        eventually(lambda: stream.told[-1] == {"type": "resync"}, what="a resync")
        _until_told(stream, happening, own)


def _until_told(stream: EventStream, happening: Happening, customer: str) -> None:
    """News arrive once the gateway listens, which it begins by itself."""

    def told() -> bool:
        happening.changed(customer)
        return stream.told[-1:] == [{"type": "customer.updated", "id": customer, "version": 3}]

    eventually(told, what="news")


def test_a_gateway_that_finds_no_broker_starts_and_opens_streams(world: World, agent: Agent):
    with proxied(world.amqp_url) as (proxy, amqp_url):
        proxy.cut()
        with (
            serving(replace(world.settings, amqp_url=amqp_url)) as url,
            streaming(url, agent.token) as stream,
        ):
            assert stream.told == []
            proxy.restore()
            assert stream.wait_for(1) == [{"type": "resync"}]


def test_another_process_knows_no_ids_of_this_one(world: World, agent: Agent, happening: Happening):
    own = happening.customer(agent.team_id)
    with streaming(world.url, agent.token) as stream:
        happening.changed(own)
        stream.wait_for(1)
    with serving(world.settings) as url, streaming(url, agent.token, last=stream.last) as again:
        assert again.wait_for(1) == [{"type": "resync"}]


def test_it_is_for_people_with_a_token(world: World, admin: httpx.Client, nobody: httpx.Client):
    assert nobody.get(PATH).status_code == 401
    body = {"name": "c", "role": "connector", "source": "/channels/x"}
    key = admin.post("/v1/api-keys", json=body).json()["token"]
    with world.client(key) as connector:
        assert connector.get(PATH).status_code == 403
    refused = admin.get(PATH, params={"types": "customer.created,nonsense"})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/types")


def test_head_is_its_headers_and_leaves_nobody_listening(admin: httpx.Client):
    answer = admin.head(PATH)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream")


def test_the_document_names_every_type_and_how_to_go_on(world: World):
    described = world.documented.document["paths"][PATH]["get"]
    words = described["responses"]["200"]["description"]
    assert all(f"`{type_}`" in words for type_ in ("customer.created", "task.due", "resync", "problem"))
    assert "Last-Event-ID" in [parameter["name"] for parameter in described["parameters"]]


def test_all_that_can_be_told_is_listened_to():
    assert {"customers.changed.v1", "interactions.added.v1", "note.created.v1"} < {*ROUTING_KEYS}
