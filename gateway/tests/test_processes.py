"""The processes as they are started in production: HTTP, the RPC service, the command."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import amqp
import httpx
import orjson
import pytest

from gateway.accounts.passwords import HASHER
from gateway.tests.test_events import an_event, post
from gateway.tests.world import ADMIN_EMAIL, PASSWORD, PASSWORD_HASH, World
from servicekit.testing.bus import raw_client
from servicekit.testing.process import running_service
from servicekit.testing.waiting import eventually

ROOT = Path(__file__).resolve().parents[2]


def environment(world: World) -> dict[str, str]:
    given = {
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'libs'}",
        "DATABASE_URL": world.settings.database_url,
        "AMQP_URL": world.amqp_url,
        "STORAGE_URL": world.settings.storage_url,
    }
    return os.environ | given


@contextmanager
def served(world: World, log: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """`python -m gateway serve` on an inherited socket."""
    with socket.create_server(("127.0.0.1", 0)) as listener, log.open("wb") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", "gateway", "serve"],
            env=environment(world) | {"GATEWAY_FD": str(listener.fileno()), "LOG_FORMAT": "json"},
            pass_fds=[listener.fileno()],
            stderr=stderr,
        )
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        try:
            ready = httpx.get(f"{url}/readyz", trust_env=False, timeout=30)
            assert ready.status_code == 200
            yield url, process
        finally:
            process.kill()
            process.wait(10)


def test_it_serves_an_inherited_socket_and_stops_on_sigterm(world, tmp_path):
    with served(world, tmp_path / "log") as (url, process):
        assert httpx.get(f"{url}/livez", trust_env=False).status_code == 200
        process.send_signal(signal.SIGTERM)
        process.wait(10)


def test_no_log_line_holds_contact_data(world, tmp_path):
    log, canary = tmp_path / "log", "canary7731"
    with served(world, log) as (url, _):
        headers = {"Authorization": f"Bearer {world.admin_token}"}
        with httpx.Client(base_url=url, headers=headers, trust_env=False) as client:
            client.get(f"/v1/customers?cursor={canary}&q={canary}&limit={canary}")
            client.get(f"/v1/{canary}@example.com")
            client.get(
                "/v1/me", headers={"Authorization": f"Bearer {canary}", "X-Request-Id": f"{canary}@x y"}
            )
            client.post("/v1/customers", json={"name": f"Broken {canary}", "email": f"{canary}@example.com"})
            client.post("/v1/sessions", json={"email": f"{canary}@example.com", "password": canary})
            client.get("/livez", headers={"X-Request-Id": "last"})
        eventually(lambda: b'"request_id":"last"' in log.read_bytes(), what="the last line")
    lines = [orjson.loads(line) for line in log.read_bytes().splitlines() if b"gateway.requests" in line]
    assert {line["status"] for line in lines} >= {200, 401, 404, 422, 500}
    assert canary.encode() not in log.read_bytes()


@pytest.fixture(scope="module")
def rpc_service(world) -> Iterator[None]:
    settings = {"DATABASE_URL": world.settings.database_url, "AMQP_URL": world.amqp_url}
    with running_service("gateway.rpc_service:GatewayService", OUTBOX_POLL_SECONDS="0.1", **settings):
        yield


@pytest.mark.usefixtures("rpc_service")
def test_services_learn_the_directory(world, agent):
    with raw_client(world.amqp_url) as client:
        directory = client.call("gateway.directory")["result"]
    assert directory["revision"] == (world.scalar("SELECT revision FROM directory_state") or 0)
    assert {"id": agent.team_id, "name": f"Team of {agent.email}"} in directory["teams"]
    [user] = [user for user in directory["users"] if user["id"] == agent.id]
    assert user == {
        "id": agent.id, "name": agent.email, "role": "agent", "active": True, "team_ids": [agent.team_id],
    }  # fmt: skip


@pytest.mark.usefixtures("rpc_service")
def test_services_learn_a_users_rights_at_this_moment(world, admin, agent):
    with raw_client(world.amqp_url) as client:
        scope = client.call("gateway.scope_of", agent.id)["result"]
        assert scope == {"user_id": agent.id, "role": "agent", "team_ids": [agent.team_id]}
        admin.patch(f"/v1/users/{agent.id}", json={"active": False}).raise_for_status()
        assert client.call("gateway.scope_of", agent.id)["result"] is None
        assert client.call("gateway.scope_of", "nonsense")["result"] is None


@pytest.mark.usefixtures("rpc_service")
def test_what_the_gateway_committed_reaches_the_bus(world, admin):
    with raw_client(world.amqp_url) as client:
        queue = client.channel.queue_declare(exclusive=True).queue
        client.channel.queue_bind(queue, "channel.events", "#")
        client.channel.queue_bind(queue, "crm.events", "directory.changed.v1")
        event = an_event()
        assert post(admin, event).status_code == 202
        admin.post("/v1/teams", json={"name": uuid4().hex}).raise_for_status()
        types: set[str] = set()

        def all_came() -> bool:
            message: amqp.Message | None = client.channel.basic_get(queue, no_ack=True)
            if message is not None:
                arrived = orjson.loads(message.body)
                types.add(arrived["type"] if arrived["id"] != event["id"] else "ours")
            return types >= {"ours", "directory.changed.v1"}

        eventually(all_came, what="both events")


def create_admin(world: World, email: str, password: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "gateway", "create-admin", "--email", email, "--password-stdin"]
    return subprocess.run(
        command, input=password + "\n", env=environment(world), capture_output=True, text=True, timeout=60
    )


def test_the_first_administrator_is_made_once(world):
    email = f"{uuid4().hex}@example.com"
    assert create_admin(world, email, PASSWORD).returncode == 0
    again = create_admin(world, email, "another password")
    assert (again.returncode, "nothing was changed" in again.stdout) == (0, True)
    assert world.log_in(email)


def test_a_password_that_is_too_short_is_refused(world):
    refused = create_admin(world, ADMIN_EMAIL, "short")
    assert refused.returncode == 2
    assert "characters" in refused.stderr


def test_a_password_hash_is_argon2id():
    assert PASSWORD_HASH.startswith("$argon2id$")
    assert HASHER.verify(PASSWORD_HASH, PASSWORD)
