"""When the bus or the database is away: clear answers, nothing lost, and it heals by itself."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import httpx

from gateway.tests.canned import KNOWN
from gateway.tests.test_events import an_event, post
from gateway.tests.world import ADMIN_EMAIL, PASSWORD, World, serving
from servicekit.testing.proxy import Proxy, proxied
from servicekit.testing.waiting import eventually


@contextmanager
def behind_proxy(world: World, part: str) -> Iterator[tuple[Proxy, httpx.Client]]:
    """A gateway of its own whose bus or database can be taken away, and an administrator's client."""
    headers = {"Authorization": f"Bearer {world.admin_token}"}
    with (
        proxied(getattr(world.settings, part)) as (proxy, url),
        serving(replace(world.settings, **{part: url})) as address,
        httpx.Client(base_url=address, headers=headers, timeout=20, trust_env=False) as client,
    ):
        eventually(lambda: client.get("/readyz").status_code == 200, what="a ready gateway")
        yield proxy, client


def test_without_the_bus_customers_are_unavailable_and_come_back(world):
    with behind_proxy(world, "amqp_url") as (proxy, client):
        assert client.get(f"/v1/customers/{KNOWN}").status_code == 200
        proxy.cut()
        away = eventually(lambda: _unavailable(client.get(f"/v1/customers/{KNOWN}")), what="a 503")
        assert int(away.headers["retry-after"]) >= 1
        proxy.restore()
        eventually(lambda: client.get(f"/v1/customers/{KNOWN}").status_code == 200, what="customers again")


def test_without_the_bus_people_log_in_and_events_are_taken(world):
    with behind_proxy(world, "amqp_url") as (proxy, client):
        proxy.cut()
        event = an_event()
        assert post(client, event).status_code == 202
        assert world.scalar("SELECT count(*) FROM outbox WHERE message_id = :id", id=event["id"]) == 1
        credentials = {"email": ADMIN_EMAIL, "password": PASSWORD}
        assert client.post("/v1/sessions", json=credentials).status_code == 201
        assert eventually(lambda: client.get("/v1/me").json()["settings"] is None)
        assert client.get("/readyz").status_code == 200


def test_without_the_database_nobody_comes_in_until_it_is_back(world):
    with behind_proxy(world, "database_url") as (proxy, client):
        assert client.get("/v1/me").status_code == 200
        proxy.cut()
        for path in ("/v1/me", f"/v1/customers/{KNOWN}"):
            away = client.get(path)
            assert (away.status_code, away.json()["code"]) == (503, "database_unavailable")
        assert client.get("/readyz").status_code == 503
        assert client.get("/livez").status_code == 200
        proxy.restore()
        eventually(lambda: client.get("/v1/me").status_code == 200, what="the database again")


def test_a_database_that_is_a_black_hole_is_given_up_in_time(world):
    with behind_proxy(world, "database_url") as (proxy, client):
        assert client.get("/v1/me").status_code == 200
        proxy.freeze()
        started = time.monotonic()
        assert client.get(f"/v1/customers/{KNOWN}").status_code == 503
        assert time.monotonic() - started < 6
        proxy.thaw()
        eventually(lambda: client.get("/v1/me").status_code == 200, what="the database again")


def test_it_starts_while_the_bus_is_down_and_finds_it_later(world):
    with proxied(world.settings.amqp_url) as (proxy, url):
        proxy.cut()
        with serving(replace(world.settings, amqp_url=url)) as address:
            assert httpx.get(f"{address}/readyz", trust_env=False).status_code == 503
            proxy.restore()
            eventually(lambda: httpx.get(f"{address}/readyz", trust_env=False).status_code == 200)


def test_more_than_it_can_hold_is_turned_away_and_probes_are_not(world):
    with serving(replace(world.settings, max_in_flight=0)) as address:
        refused = httpx.get(f"{address}/v1/openapi.json", trust_env=False)
        assert (refused.status_code, refused.json()["code"]) == (503, "too_busy")
        assert httpx.get(f"{address}/livez", trust_env=False).status_code == 200


def test_other_origins_read_answers_only_if_they_are_listed(world):
    origin = {"Origin": "https://app.example.com", "Access-Control-Request-Method": "GET"}
    with (
        serving(
            replace(world.settings, cors_origins="https://app.example.com, https://b.example")
        ) as address,
        httpx.Client(base_url=address, trust_env=False) as client,
    ):
        allowed = client.options("/v1/me", headers=origin)
        assert allowed.headers["access-control-allow-origin"] == "https://app.example.com"
        stranger = client.get("/v1/me", headers={"Origin": "https://evil.example"})
        assert "access-control-allow-origin" not in stranger.headers


def _unavailable(answer: httpx.Response) -> httpx.Response | None:
    return answer if answer.status_code == 503 else None
