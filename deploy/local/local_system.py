"""The one system of this checkout: its servers, its passwords, what others need to know to use it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from deploy.local.instances import Instances
from deploy.local.plan import CONNECTOR, SystemPlan
from deploy.local.ports import free_port, is_free
from deploy.local.postgres import PostgresServer
from deploy.local.processes import PACKAGES
from deploy.local.rabbitmq import RabbitServer
from deploy.local.state import LocalState
from deploy.rabbitmq.definitions import OPERATOR, definitions
from deploy.rabbitmq.rights import CONNECTOR_PREFIX, request_queue

ADMINISTRATOR = "admin@example.com"
VHOST = "crm"


class LocalSystem:
    """Made anew from `.local` at each start: the same passwords, and the same ports while they are free."""

    def __init__(self, state: LocalState, replicas: Mapping[str, int] | None = None) -> None:
        self._state = state
        self.administrator_password = state.secret("administrator")
        self._ports = self._choose_ports()
        self.instances = Instances(self._postgres(), self._rabbitmq())
        self.plan = SystemPlan(
            postgres_url=self.instances.postgres.url(),
            amqp_url=self.instances.rabbitmq.url(),
            vhost=VHOST,
            storage_url=(state.folder / "files").as_uri(),
            database_passwords={account: state.secret(f"database {account}") for account in PACKAGES},
            broker_passwords=self._broker_passwords(),
            replicas=replicas or {},
        )

    def connector_url(self, name: str = CONNECTOR) -> str:
        """As that connector connects to the broker."""
        return self.plan.broker_url(name)

    def write_environment(self, url: str) -> None:
        """`.local/env`, for `. .local/env` in a shell: how to log in and how a connector connects."""
        variables = {
            "CRM_URL": url,
            "CRM_ADMIN_EMAIL": ADMINISTRATOR,
            "CRM_ADMIN_PASSWORD": self.administrator_password,
            "CRM_CONNECTOR_AMQP_URL": self.connector_url(),
            "CRM_CONNECTOR_QUEUE": request_queue(CONNECTOR),
        }
        text = "".join(f"export {name}='{value}'\n" for name, value in variables.items())
        self._state.write_private("env", text)

    def add_connector(self, name: str) -> str:
        """Makes a broker user for one more connector while the broker runs; returns its AMQP URL."""
        self._state.secret(f"broker {name}")
        self._state.write_private("rabbitmq/definitions.json", json.dumps(self._definitions(), indent=1))
        self.instances.rabbitmq.control(
            "import_definitions", str(self._state.folder / "rabbitmq/definitions.json")
        )
        return self.instances.rabbitmq.url(
            user=name, password=self._state.secret(f"broker {name}"), vhost=VHOST
        )

    def _postgres(self) -> PostgresServer:
        return PostgresServer(
            folder=self._state.folder_for_postgres(),
            port=self._ports["postgres"],
            password=self._state.secret("postgres"),
        )

    def _rabbitmq(self) -> RabbitServer:
        return RabbitServer(
            folder=self._state.folder / "rabbitmq",
            ports=self._ports,
            password=self._state.secret(f"broker {OPERATOR}"),
            definitions=self._definitions(),
        )

    def _definitions(self) -> dict[str, Any]:
        return definitions(VHOST, self._broker_passwords())

    def _broker_passwords(self) -> dict[str, str]:
        """Of the operator, every service, and every connector that was ever added."""
        added = [name.removeprefix("broker ") for name in self._state.known_secrets()]
        connectors = {name for name in added if name.startswith(CONNECTOR_PREFIX)} | {CONNECTOR}
        return {
            user: self._state.secret(f"broker {user}") for user in (OPERATOR, *PACKAGES, *sorted(connectors))
        }

    def _choose_ports(self) -> dict[str, int]:
        """Those of the last time, so that connectors find the broker again, where they are still free."""
        file = self._state.folder / "ports.json"
        last: dict[str, int] = json.loads(file.read_text()) if file.exists() else {}
        running = self._state.is_held()
        names = ("postgres", *RabbitServer.PORTS)
        ports = {
            name: last[name] if name in last and (running or is_free(last[name])) else free_port()
            for name in names
        }
        if ports != last:
            file.write_text(json.dumps(ports))
        return ports
