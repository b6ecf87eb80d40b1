"""`computing = Computing()`: the pool of a service, as a nameko dependency."""

from __future__ import annotations

from typing import Any

from nameko.extensions import DependencyProvider

from services.reports.computing.pool import Pool


class Computing(DependencyProvider):
    """Its processes are started by the first report, and end with the service."""

    def setup(self) -> None:
        self._pool = Pool.from_settings()

    def stop(self) -> None:
        self._pool.close()

    def kill(self) -> None:
        self._pool.close()

    def get_dependency(self, worker_ctx: Any) -> Pool:
        return self._pool
