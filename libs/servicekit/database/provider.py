"""`db = Database()`: the service's database as a nameko dependency."""

from __future__ import annotations

from typing import Any

from nameko.extensions import DependencyProvider

from servicekit.database.engine import PoolSettings, make_engine
from servicekit.database.unit_of_work import Transactions


class Database(Transactions, DependencyProvider):  # type: ignore[misc]
    """Connects when first used, so that a service starts while its database is down."""

    def __init__(self) -> None:
        """Nothing is known yet: see `setup`."""

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

    def stop(self) -> None:
        self.close()

    def get_dependency(self, worker_ctx: Any) -> Transactions:
        return self
