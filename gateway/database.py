"""The gateway's own database, asked from the event loop.

Repositories are plain functions of a SQLAlchemy connection, the same for requests, for the
RPC service and for commands; here they run over psycopg's async connection, each wait of
theirs being a wait of the event loop.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from servicekit.database.engine import PoolSettings, connect_arguments, sqlalchemy_url
from servicekit.database.failures import failures_as_unavailable, wants_rerun
from servicekit.database.unit_of_work import UnitOfWork
from servicekit.errors import Unavailable

T = TypeVar("T")
SERVICE = "gateway"
SOURCE = f"/services/{SERVICE}"
_RERUNS = 5


class Database:
    """A pool that connects when first used. A database that is down, busy or too slow raises Unavailable."""

    def __init__(self, url: str, settings: PoolSettings) -> None:
        self._engine = create_async_engine(
            sqlalchemy_url(url),
            pool_size=settings.pool_size,
            max_overflow=0,
            pool_timeout=3.0,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args=connect_arguments(settings),
        )
        self._autocommit = self._engine.execution_options(isolation_level="AUTOCOMMIT")

    async def write(self, work: Callable[[UnitOfWork], T]) -> T:
        """`work` in one transaction, with outbox and idempotency; again from the start after a deadlock."""
        for attempt in range(_RERUNS):
            try:
                with failures_as_unavailable():
                    async with self._engine.begin() as connection:
                        return await connection.run_sync(_whole, work)
            except Exception as error:
                if not wants_rerun(error):
                    raise
                await asyncio.sleep(random.uniform(0.001, 0.01 * 2**attempt))
        raise Unavailable("database_contention", {"retry_after": 1})

    async def read(self, query: Callable[[Connection], T]) -> T:
        """`query` on a connection whose statements stand alone, without a transaction around them."""
        with failures_as_unavailable():
            async with self._autocommit.connect() as connection:
                return await connection.run_sync(query)

    async def close(self) -> None:
        await self._engine.dispose()


def _whole(connection: Connection, work: Callable[[UnitOfWork], T]) -> T:
    uow = UnitOfWork(connection, source=SOURCE)
    result = work(uow)
    uow.finish()
    return result
