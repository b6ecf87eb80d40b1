"""Files that go out: streamed from storage, named, never kept by browsers, each on the audit trail."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import httpx
import pytest

from gateway.tests.canned import HIDDEN, KNOWN, SLOW
from gateway.tests.conftest import Agent
from gateway.tests.world import World, serving
from servicekit.testing.waiting import eventually

FILE = f"/v1/exports/{KNOWN}/file"
CSV = "text/csv; charset=utf-8"


def put(world: World, content: bytes, *, name: str = "clients.csv", kind: str = CSV, **changes: Any) -> None:
    """From now on this is the file that the service names."""
    key = f"exports/{uuid4()}"
    path = world.folder / key
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    file = {"key": key, "filename": name, "content_type": kind, "size": len(content), **changes}
    world.tell_fake("put_file", file, service="import_export")


@pytest.mark.parametrize("content", [b"", b"id,name\r\n", b"0123456789" * 200_000], ids=len)
def test_a_file_comes_as_it_is_with_its_name(world: World, agent: Agent, content: bytes):
    put(world, content, name='São Paulo "vip".csv')
    answer = agent.client.get(FILE)
    assert (answer.status_code, answer.content) == (200, content)
    assert answer.headers["content-length"] == str(len(content))
    assert answer.headers["content-type"] == CSV
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-request-id"]
    assert "content-encoding" not in answer.headers
    disposition = answer.headers["content-disposition"]
    assert disposition == (
        "attachment; filename=\"Sao Paulo _vip_.csv\"; filename*=UTF-8''S%C3%A3o%20Paulo%20%22vip%22.csv"
    )


@pytest.mark.parametrize(
    ("path", "kind", "shown"),
    [
        (f"/v1/imports/{KNOWN}/refused.csv", "text/csv", "text/csv"),
        (f"/v1/imports/{KNOWN}/file", "text/html", "application/octet-stream"),
        (f"/v1/exports/{KNOWN}/file", "application/json", "application/json"),
    ],
)
def test_a_type_that_is_not_promised_is_not_passed_on(
    world: World, agent: Agent, path: str, kind: str, shown: str
):
    put(world, b"{}", kind=kind)
    assert agent.client.get(path).headers["content-type"] == shown


def test_head_is_the_headers_and_no_entry_on_the_audit_trail(world: World, admin: httpx.Client, agent: Agent):
    put(world, b"id,name\r\n")
    last = admin.get("/v1/audit?limit=1").json()["data"]
    answer = agent.client.head(FILE)
    assert (answer.status_code, answer.content, answer.headers["content-length"]) == (200, b"", "9")
    assert admin.get("/v1/audit?limit=1").json()["data"] == last


@pytest.mark.parametrize(
    ("path", "operation"),
    [
        (f"/v1/exports/{KNOWN}/file", "get_export_file"),
        (f"/v1/imports/{KNOWN}/file", "get_import_file"),
        (f"/v1/imports/{KNOWN}/refused.xlsx", "get_refused_xlsx"),
    ],
)
def test_each_file_that_is_fetched_is_on_the_audit_trail(
    world: World, admin: httpx.Client, agent: Agent, path: str, operation: str
):
    put(world, b"x")
    assert agent.client.get(path).status_code == 200
    entry = admin.get("/v1/audit?limit=1").json()["data"][0]
    expected = {"operation": operation, "target": KNOWN, "user_id": agent.id, "outcome": "done"}
    assert entry.items() >= expected.items()


def test_a_file_that_is_gone_from_storage_is_not_there(world: World, agent: Agent):
    put(world, b"x", key="exports/never-was")
    answer = agent.client.get(FILE)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


def test_whoever_may_not_have_it_is_told_so(world: World, agent: Agent):
    put(world, b"x")
    assert agent.client.get(f"/v1/exports/{HIDDEN}/file").status_code == 404
    refused = agent.client.get(f"/v1/exports/{SLOW}/file")
    assert (refused.status_code, refused.json()["code"]) == (403, "export_not_yours_any_more")


def test_a_file_that_is_shorter_than_it_should_be_is_not_taken_for_whole(world: World, agent: Agent):
    put(world, b"x" * 300_000, size=400_000)
    with pytest.raises(httpx.RemoteProtocolError):
        agent.client.get(FILE)
    assert agent.client.get("/v1/me").status_code == 200


@pytest.fixture
def narrow(world: World) -> Iterator[World]:
    """A gateway that hands out one file at a time, and waits for nobody long."""
    with serving(replace(world.settings, max_downloads=1, download_idle_seconds=0.5)) as url:
        yield replace(world, url=url)


def test_a_caller_who_takes_nothing_is_given_up(narrow: World, agent: Agent):
    put(narrow, b"x" * 30_000_000)
    client = httpx.Client(headers={"Authorization": f"Bearer {agent.token}"}, trust_env=False, verify=False)
    with client, client.stream("GET", narrow.url + FILE) as slow:
        pieces = slow.iter_raw(1000)
        next(pieces)
        refused = client.get(narrow.url + FILE)
        assert (refused.status_code, refused.json()["code"]) == (503, "too_many_downloads")
        eventually(lambda: client.get(narrow.url + "/v1/exports").status_code == 200)
        put(narrow, b"x")
        eventually(lambda: client.get(narrow.url + FILE).status_code == 200, what="room for another")


def test_a_caller_who_hangs_up_frees_the_place_at_once(narrow: World, agent: Agent):
    put(narrow, b"x" * 30_000_000)
    with narrow.client(agent.token) as client:
        client.event_hooks = {"response": []}
        with client.stream("GET", FILE) as answer:
            next(answer.iter_raw(1000))
        started = time.monotonic()
        put(narrow, b"x")
        eventually(lambda: client.get(FILE).status_code == 200, what="room for another")
        assert time.monotonic() - started < 0.5


def test_other_origins_may_read_the_name_of_a_file(world: World, agent: Agent):
    put(world, b"x")
    with serving(replace(world.settings, cors_origins="https://app.example.com")) as url:
        headers = {"Authorization": f"Bearer {agent.token}", "Origin": "https://app.example.com"}
        answer = httpx.get(url + FILE, headers=headers, trust_env=False, verify=False)
    assert "Content-Disposition" in answer.headers["access-control-expose-headers"]
