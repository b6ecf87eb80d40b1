"""Server-sent events about a job, from an operation of this test's own on the real server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import httpx
import orjson
import pytest
from starlette.types import ASGIApp

from gateway.answers import Answer
from gateway.app import Application
from gateway.call import Call, Resources
from gateway.job_events import job_events
from gateway.openapi import openapi_document
from gateway.operations import Routes
from gateway.pipeline import Pipeline
from gateway.policy import PEOPLE, POLICY
from gateway.routing import Router
from gateway.tests.conftest import Agent
from gateway.tests.world import World, serving
from servicekit.ids import new_id
from servicekit.testing.waiting import eventually

EVENTS = {"progress": "the job", "end": "the job, which is over"}
routes = Routes("Test")


@routes.get("/v1/jobs/{job_id}/events", answers={200: None}, events=EVENTS)
async def watch_job(call: Call) -> Answer:
    """Watch a job."""

    async def read(now: Call) -> dict[str, Any]:
        job: dict[str, Any] = await now.ask("get_job", now.path["job_id"])
        return job

    return await job_events(call, read)


class Watched:
    """A job in the fake service, and the address from which to watch it."""

    def __init__(self, world: World, agent: Agent, address: str) -> None:
        self._world, self._agent = world, agent
        self.id = str(new_id())
        self.url = f"{address}/v1/jobs/{self.id}/events"
        self.headers = {"Authorization": f"Bearer {agent.token}"}
        self.put(version=1)

    def put(self, *, version: int, finished: bool = False, owner: str | None = None) -> None:
        job = {
            "id": self.id,
            "version": version,
            "finished_at": "2026-01-02T03:04:05Z" if finished else None,
            "created_by": owner or self._agent.id,
        }
        self._world.tell_fake("put_job", job)

    @contextmanager
    def stream(self) -> Iterator[Iterator[str]]:
        """Parts of the stream, heartbeats and all, as they arrive."""
        with httpx.stream("GET", self.url, headers=self.headers, timeout=20, trust_env=False) as answer:
            assert answer.status_code == 200, answer.read()
            assert answer.headers["content-type"] == "text/event-stream"
            parts = _parts(answer)
            assert next(parts).startswith("retry:")
            yield parts

    def get(self, **headers: str) -> httpx.Response:
        return httpx.get(self.url, headers=self.headers | headers, trust_env=False)


def _parts(answer: httpx.Response) -> Iterator[str]:
    waiting = ""
    for text in answer.iter_text():
        waiting += text
        while "\n\n" in waiting:
            part, _, waiting = waiting.partition("\n\n")
            yield part


def _event(part: str) -> tuple[str, dict[str, Any]]:
    fields = dict(line.split(": ", 1) for line in part.splitlines())
    return fields["event"], orjson.loads(fields["data"])


def _application(world: World, **changes: Any) -> Application:
    def serve(resources: Resources) -> ASGIApp:
        return Pipeline(Router(routes.operations), {"watch_job": PEOPLE}, resources)

    return Application(replace(world.settings, **changes), serve)


@pytest.fixture
def watched(world: World, agent: Agent) -> Iterator[Watched]:
    with serving(world.settings, _application(world)) as address:
        yield Watched(world, agent, address)


def test_every_change_of_a_job_is_told_until_its_end(watched: Watched):
    with watched.stream() as parts:
        assert _event(next(parts))[0] == "progress"
        watched.put(version=2)
        name, job = _event(next(parts))
        assert (name, job["version"]) == ("progress", 2)
        watched.put(version=3, finished=True)
        name, job = _event(next(parts))
        assert (name, job["version"]) == ("end", 3)
        assert list(parts) == []


def test_a_job_that_is_over_is_told_of_once(watched: Watched):
    watched.put(version=7, finished=True)
    with watched.stream() as parts:
        assert [_event(part)[0] for part in parts] == ["end"]


def test_a_stream_ends_when_its_token_is_revoked(watched: Watched, world: World, agent: Agent):
    with watched.stream() as parts:
        next(parts)
        with world.client(agent.token) as client:
            client.delete("/v1/sessions/current").raise_for_status()
        watched.put(version=2)
        name, problem = _event(next(parts))
        assert (name, problem["status"], problem["code"]) == ("problem", 401, "unauthenticated")
        assert list(parts) == []


def test_a_stream_ends_when_its_job_may_not_be_seen_any_more(watched: Watched):
    with watched.stream() as parts:
        next(parts)
        watched.put(version=2, owner="somebody else")
        name, problem = _event(next(parts))
        assert (name, problem["status"]) == ("problem", 404)


def test_what_may_not_be_seen_is_refused_like_anything_else(watched: Watched):
    watched.put(version=2, owner="somebody else")
    assert watched.get().status_code == 404
    assert watched.get(Authorization="Bearer nonsense").status_code == 401


def test_a_quiet_stream_shows_that_it_is_alive(world: World, agent: Agent):
    application = _application(world, stream_heartbeat_seconds=0.1)
    with serving(world.settings, application) as address:
        watched = Watched(world, agent, address)
        with watched.stream() as parts:
            next(parts)
            assert next(parts).startswith(":")


def test_too_many_streams_are_turned_away_until_one_of_them_has_left(world: World, agent: Agent):
    application = _application(world, max_streams=1)
    with serving(world.settings, application) as address:
        watched = Watched(world, agent, address)
        with watched.stream() as parts:
            next(parts)
            refused = watched.get()
            assert (refused.status_code, refused.json()["code"]) == (503, "too_busy")
        watched.put(version=2, finished=True)
        eventually(lambda: watched.get().status_code == 200, what="room for another")


def test_streams_end_when_the_server_stops(world: World, agent: Agent):
    serving_it = serving(world.settings, _application(world))
    watched = Watched(world, agent, serving_it.__enter__())
    with watched.stream() as parts:
        next(parts)
        stopping = threading.Thread(target=serving_it.__exit__, args=(None, None, None))
        stopping.start()
        assert list(parts) == []
        stopping.join(1.5)
        assert not stopping.is_alive()


def test_head_of_a_stream_is_its_headers(watched: Watched):
    answer = httpx.head(watched.url, headers=watched.headers, trust_env=False)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream")


def test_the_document_says_what_a_stream_tells(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(POLICY, "watch_job", PEOPLE)  # type: ignore[arg-type]
    described = openapi_document(routes.operations)["paths"]["/v1/jobs/{job_id}/events"]["get"]
    assert list(described["responses"]["200"]["content"]) == ["text/event-stream"]
    assert all(kind in described["responses"]["200"]["description"] for kind in (*EVENTS, "problem"))
