"""A running gateway for tests: real database, real bus, fake services with canned answers, real HTTP.

Every answer that passes is checked against the OpenAPI document.
"""

from __future__ import annotations

import contextlib
import socket
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from sqlalchemy import text

from gateway.accounts import sessions, teams, users
from gateway.accounts.passwords import HASHER
from gateway.app import Application
from gateway.create_admin import ensure_admin
from gateway.server import Server
from gateway.settings import GatewaySettings
from gateway.tests.documented import Documented
from servicekit.database import Transactions, UnitOfWork
from servicekit.database.migrate import migrate
from servicekit.events import topology
from servicekit.testing.bus import raw_client
from servicekit.testing.infrastructure import fresh_database, fresh_vhost
from servicekit.testing.process import running_service
from servicekit.testing.waiting import eventually

ADMIN_EMAIL, PASSWORD = "admin@example.com", "correct horse battery"
PASSWORD_HASH = HASHER.hash(PASSWORD)


@dataclass
class World:
    """Addresses of everything, and an administrator's token."""

    url: str
    database: Transactions
    amqp_url: str
    settings: GatewaySettings
    documented: Documented
    folder: Path  # where files are kept
    admin_token: str = ""

    def client(self, token: str | None = None, **headers: str) -> httpx.Client:
        """A caller; without a token nobody in particular."""
        if token:
            headers["Authorization"] = f"Bearer {token}"
        return httpx.Client(
            base_url=self.url, headers=headers, timeout=20, trust_env=False,
            verify=False,
            event_hooks={"response": [self.documented.check]},
        )  # fmt: skip

    @property
    def admin(self) -> httpx.Client:
        return self.client(self.admin_token)

    def log_in(self, email: str, password: str = PASSWORD) -> str:
        with self.client() as nobody:
            answer = nobody.post("/v1/sessions", json={"email": email, "password": password})
        answer.raise_for_status()
        return str(answer.json()["token"])

    def add_agent(self, email: str) -> tuple[str, str, str]:
        """An agent in a team of their own: ids of both, and a token."""

        def add(uow: UnitOfWork) -> tuple[str, str, str]:
            user_id = users.add_user(
                uow.connection, email=email, name=email, role="agent", password_hash=PASSWORD_HASH
            )
            team_id = teams.add_team(uow.connection, f"Team of {email}")
            teams.add_member(uow.connection, team_id, user_id)
            token, _ = sessions.open_session(uow.connection, user_id, hours=1)
            return str(user_id), str(team_id), token

        return self.database.run(add)

    def tell_fake(self, method: str, *args: Any, service: str = "customers") -> Any:
        """A call to one of the fake services, past the gateway."""
        with raw_client(self.amqp_url) as client:
            reply = client.call(f"{service}.{method}", {}, *args)
        assert reply["error"] is None
        return reply["result"]

    def scalar(self, sql: str, **values: Any) -> Any:
        with self.database.reading() as connection:
            return connection.scalar(text(sql), values)


@contextlib.contextmanager
def running_world(**changes: Any) -> Iterator[World]:
    with (
        fresh_database("gateway") as database_url,
        fresh_vhost("gateway") as amqp_url,
        tempfile.TemporaryDirectory() as folder,
    ):
        migrate("gateway", database_url)
        topology.declare(amqp_url, topology.load(["gateway"]))
        database = Transactions.connect(database_url, service="gateway")
        database.run(lambda uow: ensure_admin(uow, ADMIN_EMAIL, "Ada Admin", PASSWORD))
        settings = GatewaySettings(
            database_url=database_url, amqp_url=amqp_url, log_level="WARNING", rpc_deadline_seconds=2.0,
            part_deadline_seconds=0.5, login_attempts_per_account=5, storage_url=f"file://{folder}",
            **changes,
        )  # fmt: skip
        customers = running_service("gateway.tests.fake_customers:CustomersService", AMQP_URL=amqp_url)
        tasks = running_service("gateway.tests.fake_tasks:TasksService", AMQP_URL=amqp_url)
        dedup = running_service("gateway.tests.fake_dedup:DedupService", AMQP_URL=amqp_url)
        imports = running_service("gateway.tests.fake_imports:ImportExportService", AMQP_URL=amqp_url)
        reports = running_service("gateway.tests.fake_reports:ReportsService", AMQP_URL=amqp_url)
        services = (customers, tasks, dedup, imports, reports)
        with contextlib.closing(database), all_of(*services), serving(settings) as url:
            world = World(url, database, amqp_url, settings, Documented(url), Path(folder))
            world.admin_token = world.log_in(ADMIN_EMAIL)
            yield world


@contextlib.contextmanager
def all_of(*contexts: contextlib.AbstractContextManager[Any]) -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        for each in contexts:
            stack.enter_context(each)
        yield


@contextlib.contextmanager
def serving(settings: GatewaySettings, application: Application | None = None) -> Iterator[str]:
    """A gateway under uvicorn in a thread of this process; yields its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        application or Application(settings), lifespan="on", ws="none", loop="uvloop", http="httptools",
        log_config=None, access_log=False, timeout_graceful_shutdown=2,
    )  # fmt: skip
    server = Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        eventually(lambda: server.started or not thread.is_alive(), what="a started server")
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()
