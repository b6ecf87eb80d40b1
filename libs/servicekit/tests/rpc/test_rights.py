"""Services with the least rights that do: their own queue, their reply queues, no exchange."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import httpx
import pytest

from servicekit.testing.bus import RawClient, declare_rpc_exchange, raw_client
from servicekit.testing.infrastructure import fresh_vhost
from servicekit.testing.process import ServiceProcess, running_service
from servicekit.testing.waiting import eventually
from servicekit.tests.rpc.conftest import COLLEAGUE, WORKSHOP


@pytest.fixture
def vhost_url() -> Iterator[str]:
    with fresh_vhost("rights") as url:
        yield url


@contextmanager
def user_for(url: str, service: str) -> Iterator[str]:
    """The URL of a broker user who may do what `service` must and nothing else."""
    name, password = f"{service}_{secrets.token_hex(4)}", secrets.token_hex(16)
    vhost = urlsplit(url).path[1:]
    own = rf"rpc-{service}|reply\.{name}\..*"
    rights = {"configure": f"^({own})$", "write": f"^({own}|nameko-rpc)$", "read": f"^({own}|nameko-rpc)$"}
    topics = {
        "exchange": "nameko-rpc",
        "write": r"^(reply|colleague)\..+$",
        "read": rf"^({service}\.\*|reply\.{name}\..*)$",
    }
    with httpx.Client(base_url=os.environ["TEST_RABBITMQ_API"], timeout=30) as api:
        api.put(f"/api/users/{name}", json={"password": password, "tags": ""}).raise_for_status()
        api.put(f"/api/permissions/{vhost}/{name}", json=rights).raise_for_status()
        api.put(f"/api/topic-permissions/{vhost}/{name}", json=topics).raise_for_status()
        try:
            address = urlsplit(url).netloc.rpartition("@")[2]
            yield urlunsplit(urlsplit(url)._replace(netloc=f"{name}:{password}@{address}"))
        finally:
            api.delete(f"/api/users/{name}")


@pytest.fixture(scope="module")
def least_rights() -> Iterator[tuple[ServiceProcess, RawClient]]:
    with fresh_vhost("rights") as url:
        declare_rpc_exchange(url)
        with (
            user_for(url, "workshop") as user,
            running_service(WORKSHOP, AMQP_URL=user) as service,
            raw_client(url) as raw,
        ):
            yield service, raw


def test_service_with_the_least_rights_answers_and_calls(vhost_url: str):
    declare_rpc_exchange(vhost_url)
    with (
        user_for(vhost_url, "workshop") as workshop_url,
        user_for(vhost_url, "colleague") as colleague_url,
        running_service(WORKSHOP, AMQP_URL=workshop_url),
        running_service(COLLEAGUE, AMQP_URL=colleague_url),
        raw_client(vhost_url) as raw,
    ):
        assert raw.call("workshop.echo", 1)["result"] == 1
        assert raw.call("workshop.ask_colleague", "sleep", 0.0)["result"] == "slept"


@pytest.mark.parametrize("reply_to", ["reply.", "reply.a\nb"])
def test_answer_is_not_sent_where_the_broker_would_close_the_channel(
    least_rights: tuple[ServiceProcess, RawClient], reply_to: str
):
    service, raw = least_rights
    raw.publish("workshop.echo", b'{"args": [1], "kwargs": {}}', reply_to=reply_to)
    assert raw.call("workshop.echo", 2)["result"] == 2
    assert service.metric("bus_connections_lost_total", link="responder") == 0


def test_service_says_what_it_may_not_do(vhost_url: str):
    """A 403 on a channel is a loop of reconnects that nobody sees; readiness names it."""
    declare_rpc_exchange(vhost_url)
    with (
        user_for(vhost_url, "colleague") as wrong_user,
        running_service(WORKSHOP, wait=False, AMQP_URL=wrong_user) as service,
    ):
        eventually(lambda: service.get("/readyz").json()["problems"].get("rpc") == "AccessRefused 403")
        assert service.running


def test_service_waits_for_the_topology_and_says_so(vhost_url: str):
    with (
        user_for(vhost_url, "workshop") as url,
        running_service(WORKSHOP, wait=False, AMQP_URL=url) as service,
    ):
        eventually(lambda: service.get("/readyz").json()["problems"].get("rpc") == "AccessRefused 403")
        declare_rpc_exchange(vhost_url)
        eventually(lambda: service.ready)


def test_where_it_may_a_service_declares_the_missing_exchange(vhost_url: str):
    with running_service(WORKSHOP, AMQP_URL=vhost_url), raw_client(vhost_url) as raw:
        assert raw.call("workshop.echo", 1)["result"] == 1


def test_calls_to_a_service_that_one_may_not_call_do_not_hang(vhost_url: str):
    declare_rpc_exchange(vhost_url)
    with (
        user_for(vhost_url, "workshop") as url,
        running_service(WORKSHOP, AMQP_URL=url),
        raw_client(vhost_url) as raw,
    ):
        answer = raw.call("workshop.ask_nobody")["error"]
        assert answer["exc_type"] == "Unavailable"
        assert raw.call("workshop.echo", 1)["result"] == 1
