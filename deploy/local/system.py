"""Servers and whole systems for the duration of a `with` block: for tests, campaigns and benchmarks.

with running_system(replicas={"customers": 2}) as system:
    requests go to system.url; system.kill("customers") ends one replica as a crash would
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from deploy.local.plan import CONNECTOR, SystemPlan, environment_of_processes
from deploy.local.processes import PACKAGES
from deploy.local.status import ProcessStatus, read_status

ADMINISTRATOR = "admin@example.com"
_STOP_SECONDS = 90.0


class CouldNotStart(Exception):
    """What was to run did not come up. The message holds the reason and the last words of the logs."""


@dataclass(frozen=True)
class Supervised:
    """What one hosted supervisor runs."""

    folder: Path

    def processes(self) -> dict[str, ProcessStatus]:
        """By name, those alive at this moment."""
        status = read_status(self.folder / "status.json")
        return {} if status is None else {n: p for n, p in status.processes.items() if p.identity.is_alive}

    def kill(self, name: str, number: int = signal.SIGKILL) -> ProcessStatus:
        """Sends a signal to a process: `customers` (its first replica), `customers-2`, `gateway`, …

        Only that process gets it, not its children. LookupError if it does not run at this moment.
        """
        alive = self.processes()
        victim = alive.get(name) or alive.get(f"{name}-1")
        if victim is None:
            raise LookupError(f"{name} does not run; running: {', '.join(alive)}")
        os.kill(victim.pid, number)
        return victim

    def logs(self, name: str = "") -> str:
        """What the processes whose names start so wrote, all of them by default."""
        files = sorted((self.folder / "logs").glob(f"{name}*.log"))
        return "\n".join(f"== {file.stem}\n{file.read_text(errors='replace')}" for file in files)


@dataclass(frozen=True)
class RunningInstances(Supervised):
    """Private servers. Processes: `postgres`, `rabbitmq`, `epmd`."""

    environment: Mapping[str, str]


@dataclass(frozen=True)
class RunningSystem(Supervised):
    """A whole system with databases and a vhost of its own."""

    url: str
    admin: tuple[str, str]
    plan: SystemPlan

    @property
    def amqp_url_connector(self) -> str:
        """As a channel connector connects to the broker."""
        return self.plan.broker_url(CONNECTOR)

    @property
    def amqp_url_operator(self) -> str:
        """With all rights in this system's vhost."""
        return f"{self.plan.amqp_url}/{self.plan.vhost}"

    def database_url(self, service: str) -> str:
        """As that service connects to its own database."""
        return self.plan.database_url(service)


@contextmanager
def private_instances(*, durable: bool = True) -> Iterator[RunningInstances]:
    """A PostgreSQL and a RabbitMQ of our own, the latter with its management API.

    Without `durable` PostgreSQL forgets all in a crash of the machine, and is faster.
    """
    # PostgreSQL, run as another user by root, must be able to enter the folder: /tmp can be entered by all.
    folder = Path(tempfile.mkdtemp(prefix="crm-servers-", dir="/tmp"))
    folder.chmod(0o711)
    spec = {"kind": "instances", "durable": durable, "password": secrets.token_urlsafe(18)}
    with _hosted(folder, spec) as facts:
        yield RunningInstances(folder, facts)


@contextmanager
def running_system(
    *,
    replicas: Mapping[str, int] | None = None,
    settings: Mapping[str, str] | None = None,
    instances: Mapping[str, str] | None = None,
) -> Iterator[RunningSystem]:
    """All services as processes on fresh databases and a fresh vhost, ready to be used; gone afterwards.

    `settings` are environment variables for every process. `instances` is the `environment` of
    `private_instances`; without it the servers of `make test` are used.
    """
    servers = instances or os.environ
    password = secrets.token_urlsafe(12)
    folder = Path(tempfile.mkdtemp(prefix="crm-system-"))
    plan = _plan(servers, folder, replicas or {}, settings or {})
    spec = {
        "kind": "system",
        "system": {name: getattr(plan, name) for name in SystemPlan.__dataclass_fields__},
        "rabbitmq_api": servers["TEST_RABBITMQ_API"],
        "email": ADMINISTRATOR,
        "password": password,
    }
    with _hosted(folder, spec) as facts:
        yield RunningSystem(folder, facts["url"], (ADMINISTRATOR, password), plan)


def _plan(
    servers: Mapping[str, str], folder: Path, replicas: Mapping[str, int], settings: Mapping[str, str]
) -> SystemPlan:
    name = secrets.token_hex(4)
    amqp_url = servers["TEST_AMQP_URL"].rstrip("/")
    # Broker users belong to all vhosts, so systems side by side must give them the same password.
    seed = urlsplit(amqp_url).password
    users = {
        user: hashlib.sha256(f"{seed}:{user}".encode()).hexdigest()[:24] for user in (*PACKAGES, CONNECTOR)
    }
    return SystemPlan(
        postgres_url=servers["TEST_POSTGRES_URL"],
        amqp_url=amqp_url,
        vhost=f"system_{name}",
        storage_url=(folder / "files").as_uri(),
        prefix=f"system_{name}_",
        database_passwords={account: secrets.token_urlsafe(18) for account in PACKAGES},
        broker_passwords=users,
        replicas=dict(replicas),
        settings=dict(settings),
    )


@contextmanager
def _hosted(folder: Path, spec: dict[str, Any]) -> Iterator[dict[str, str]]:
    """Runs `deploy.local.hosted` in a process group of its own; yields what it tells when it is ready."""
    with (folder / "supervisor.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "deploy.local.hosted"],
            env=environment_of_processes(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        line = json.dumps({**spec, "folder": str(folder), "remove_folder": True})
        process.stdin.write(line.encode() + b"\n")
        process.stdin.flush()
        answer = json.loads(process.stdout.readline() or b'{"failed": "the supervisor ended"}')
        if "failed" in answer:
            raise CouldNotStart(answer["failed"])
        yield answer["ready"]
    finally:
        process.stdin.close()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
        shutil.rmtree(folder, ignore_errors=True)
