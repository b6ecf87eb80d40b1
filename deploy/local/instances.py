"""PostgreSQL and RabbitMQ together, under one supervisor."""

from __future__ import annotations

from dataclasses import dataclass

from deploy.local.postgres import PostgresServer
from deploy.local.rabbitmq import RabbitServer
from deploy.local.supervisor import Supervisor

# A broker that was killed reads its logs again at the next start.
_START_SECONDS = 120.0


@dataclass(frozen=True)
class Instances:
    """The two servers that everything else needs."""

    postgres: PostgresServer
    rabbitmq: RabbitServer

    def start(self, supervisor: Supervisor) -> None:
        """Starts both without waiting for them: they take their time side by side."""
        supervisor.start([self.rabbitmq.port_mapper()])
        supervisor.wait_until_ready(["epmd"], seconds=_START_SECONDS)
        supervisor.start([self.rabbitmq.program(), self.postgres.program()])

    def wait_for_postgres(self, supervisor: Supervisor) -> None:
        supervisor.wait_until_ready(["postgres"], seconds=_START_SECONDS)

    def wait_for_rabbitmq(self, supervisor: Supervisor) -> None:
        supervisor.wait_until_ready(["rabbitmq"], seconds=_START_SECONDS)
