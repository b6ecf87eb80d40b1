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
        settings = PoolSettings(
            pool_size=int(self.container.config["DB_POOL_SIZE"]),
            statement_timeout_ms=int(self.container.config["STATEMENT_TIMEOUT_MS"]),
            application_name=self.container.service_name,
        )
        Transactions.__init__(
            self,
            make_engine(self.container.config["DATABASE_URL"], settings),
            service=self.container.service_name,
            statement_timeout_ms=settings.statement_timeout_ms,
        )

    def stop(self) -> None:
        self.close()

    def get_dependency(self, worker_ctx: Any) -> Transactions:
        return self
