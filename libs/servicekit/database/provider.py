"""`db = Database()`: the service's database as a nameko dependency, with the relay of its outbox."""

from __future__ import annotations

from typing import Any, ClassVar

from nameko.extensions import DependencyProvider

from servicekit import health
from servicekit.database.engine import PoolSettings, make_engine
from servicekit.database.purge import PurgeTimer
from servicekit.database.unit_of_work import Transactions
from servicekit.events.publisher import Publisher
from servicekit.events.relay import OnReturned, Relay


class Database(Transactions, DependencyProvider):
    """Connects when first used, so that a service starts while its database is down.

    Whoever has an outbox has a relay: it cannot be forgotten. `on_returned(uow, messages)` is told of
    `mandatory` messages that no queue wanted; without it their rows stay, flagged.
    """

    required_settings: ClassVar = ("database_url",)

    def __init__(self, *, on_returned: OnReturned | None = None) -> None:
        self._on_returned = on_returned
        self._background: list[Any] = []

    def setup(self) -> None:
        service, settings = self.container.service_name, self.container.config["settings"]
        pool = PoolSettings(
            pool_size=settings.db_pool_size,
            statement_timeout_ms=settings.statement_timeout_ms,
            application_name=f"{service} {settings.instance}",
        )
        Transactions.__init__(
            self,
            make_engine(settings.database_url, pool),
            service=service,
            statement_timeout_ms=pool.statement_timeout_ms,
        )
        self._relay = Relay(
            Transactions.connect(settings.database_url, service=f"{service} relay", pool_size=1),
            Publisher(settings.amqp_url, name=f"{service} {settings.instance} outbox"),
            poll_seconds=settings.outbox_poll_seconds,
            on_returned=self._on_returned,
        )
        health.register("database", lambda: self._relay.database_trouble)
        self._purge = PurgeTimer(self)
        self.on_outbox_written(self._relay.wake)

    def start(self) -> None:
        for name, task in (("outbox-relay", self._relay), ("purge", self._purge)):
            self._background.append(self.container.spawn_managed_thread(task.run, identifier=name))

    def stop(self) -> None:
        """Called once no worker is left: sends what they left in the outbox, if the broker takes it."""
        self._purge.stop()
        self._relay.stop()
        for thread in self._background:
            thread.wait()
        self.close()

    def get_dependency(self, worker_ctx: Any) -> Transactions:
        return self
