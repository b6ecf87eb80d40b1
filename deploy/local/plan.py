"""The product on top of its servers: databases, steps that come first, processes, the first administrator."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import quote, urlsplit, urlunsplit

from deploy.demo.company import ACCOUNTS
from deploy.local.postgres import run_sql_file
from deploy.local.processes import PACKAGES, PROCESSES, Process, replica_names
from deploy.local.program import Program, answers_ok
from deploy.local.state import CHECKOUT
from deploy.local.supervisor import Supervisor
from deploy.rabbitmq.rights import CONNECTOR_PREFIX

CONNECTOR = "connector-demo"
_START_SECONDS = 90.0
# Taken over from the surroundings if set there. Everything else a process sees is written down here.
_TUNABLES = (
    "CORS_ORIGINS",
    "DB_POOL_SIZE",
    "EVENT_BATCH",
    "JOB_LEASE_SECONDS",
    "JOB_POLL_SECONDS",
    "JOB_RETRY_SECONDS",
    "JOB_SLICE_SECONDS",
    "LOGIN_ATTEMPTS_PER_ACCOUNT",
    "LOGIN_ATTEMPTS_PER_ADDRESS",
    "LOG_FORMAT",
    "LOG_LEVEL",
    "MAX_DOWNLOADS",
    "MAX_IN_FLIGHT",
    "MAX_UPLOADS",
    "OUTBOX_POLL_SECONDS",
    "PART_DEADLINE_SECONDS",
    "RPC_DEADLINE_SECONDS",
    "RPC_PREFETCH",
    "RPC_QUEUE_EXPIRES_MS",
    "RPC_WORKERS",
    "SESSION_HOURS",
    "STATEMENT_TIMEOUT_MS",
    "STOP_TIMEOUT",
    "TRUSTED_PROXIES",
    "UPLOAD_IDLE_SECONDS",
    "UPLOAD_SECONDS",
)


@dataclass(frozen=True, kw_only=True)
class SystemPlan:
    """One company's system. `prefix` keeps the databases of several systems on one server apart."""

    postgres_url: str
    amqp_url: str
    vhost: str
    storage_url: str
    prefix: str = ""
    database_passwords: Mapping[str, str] = field(repr=False)
    broker_passwords: Mapping[str, str] = field(repr=False)
    replicas: Mapping[str, int] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)

    def database_url(self, account: str) -> str:
        """As the service connects to its own database."""
        login = f"{self.prefix}{account}:{quote(self.database_passwords[account], safe='')}"
        return _with_login(self.postgres_url, login, self.prefix + account)

    def broker_url(self, user: str) -> str:
        """As the service, or the connector, connects to the broker."""
        login = f"{quote(user)}:{quote(self.broker_passwords[user], safe='')}"
        return _with_login(self.amqp_url, login, self.vhost)

    def create_databases(self) -> None:
        """A database and a role per service. Repeated, it only sets the passwords again."""
        for account in PACKAGES:
            variables = {
                **self._database_names(account),
                "DATABASE_PASSWORD": self.database_passwords[account],
            }
            run_sql_file(self.postgres_url, "database.sql", variables)

    def drop_databases(self) -> None:
        for account in PACKAGES:
            run_sql_file(self.postgres_url, "drop_database.sql", self._database_names(account))

    def migrations(self) -> list[Program]:
        """Steps that bring every database to the present schema."""
        return [
            self._step(
                f"migrate-{account}",
                ("servicekit", "migrate", package),
                {"DATABASE_URL": self.database_url(account)},
            )
            for account, package in PACKAGES.items()
        ]

    def topology(self) -> list[Program]:
        """Steps that declare exchanges, queues and bindings, as the broker's operator."""
        arguments = ("servicekit", "topology", *PACKAGES.values())
        return [
            self._step("topology", arguments, self._as_operator()),
            self.requests_of(CONNECTOR, ACCOUNTS),
        ]

    def requests_of(self, connector: str, sources: tuple[str, ...]) -> Program:
        """A step that makes the queue from which a connector takes requests to these accounts."""
        name = connector.removeprefix(CONNECTOR_PREFIX)
        arguments = ("deploy.rabbitmq.connector", name, *sources)
        return self._step(f"requests-of-{name}", arguments, self._as_operator())

    def administrator(self, email: str, password: str) -> Program:
        """A step that creates the first administrator, if that one does not exist."""
        arguments = ("gateway", "create-admin", "--email", email, "--password-stdin")
        return self._step("create-admin", arguments, self._urls("gateway"), stdin=password.encode())

    def start(self, supervisor: Supervisor, listening: socket.socket) -> None:
        """Starts all processes, without waiting. The gateway's replicas share the socket."""
        supervisor.start(
            self._program(process, name, listening)
            for process in PROCESSES
            for name in replica_names(process.name, self.replicas.get(process.name, 1))
        )

    def wait_until_ready(self, supervisor: Supervisor) -> None:
        """Until every process answers that it is ready."""
        for process in PROCESSES:
            names = replica_names(process.name, self.replicas.get(process.name, 1))
            supervisor.wait_until_ready(names, seconds=_START_SECONDS)

    def _program(self, process: Process, name: str, listening: socket.socket) -> Program:
        program = Program(
            name=name,
            command=_python(process.arguments),
            environment={
                **environment_of_processes(),
                **self.settings,
                **self._urls(process.account),
                **({"STORAGE_URL": self.storage_url} if process.touches_files else {}),
                "INSTANCE": name,
            },
            directory=CHECKOUT,
            stage=2,
            has_health_port=True,
        )
        return _on_socket(program, listening) if process.serves_http else program

    def _step(
        self,
        name: str,
        arguments: tuple[str, ...],
        environment: Mapping[str, str],
        stdin: bytes | None = None,
    ) -> Program:
        return Program(
            name=name,
            command=_python(arguments),
            environment={**environment_of_processes(), **environment},
            directory=CHECKOUT,
            stdin=stdin,
        )

    def _as_operator(self) -> dict[str, str]:
        return {"AMQP_URL": f"{self.amqp_url}/{quote(self.vhost, safe='')}"}

    def _urls(self, account: str) -> dict[str, str]:
        return {"DATABASE_URL": self.database_url(account), "AMQP_URL": self.broker_url(account)}

    def _database_names(self, account: str) -> dict[str, str]:
        return {"DATABASE_NAME": self.prefix + account, "DATABASE_ROLE": self.prefix + account}


def environment_of_processes() -> dict[str, str]:
    """What every Python process of the product gets, whatever is set in the surroundings."""
    return {
        "PATH": f"{os.path.dirname(sys.executable)}:/usr/local/bin:/usr/bin:/bin",
        "PYTHONPATH": f"{CHECKOUT}:{CHECKOUT / 'libs'}",
        "PYTHONUNBUFFERED": "1",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        **{name: os.environ[name] for name in _TUNABLES if name in os.environ},
    }


def _on_socket(program: Program, listening: socket.socket) -> Program:
    """The same program, serving HTTP on an inherited socket, where it also answers whether it is ready."""
    ready = f"http://127.0.0.1:{listening.getsockname()[1]}/readyz"
    return replace(
        program,
        environment={**program.environment, "GATEWAY_FD": str(listening.fileno())},
        stage=3,  # requests end before the services that answer them do
        inherited=(listening.fileno(),),
        has_health_port=False,
        is_ready=lambda: answers_ok(ready),
    )


def _python(arguments: tuple[str, ...]) -> tuple[str, ...]:
    return (sys.executable, "-m", *arguments)


def _with_login(url: str, login: str, path: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(
        parts._replace(netloc=f"{login}@{parts.hostname}:{parts.port}", path=f"/{quote(path, safe='')}")
    )
