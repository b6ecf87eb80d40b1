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

from gateway.deadline import within
from servicekit.database.engine import PoolSettings, connect_arguments, sqlalchemy_url
from servicekit.database.failures import failures_as_unavailable, wants_rerun
from servicekit.database.unit_of_work import UnitOfWork
from servicekit.errors import Unavailable
from servicekit.wire import CallTimeout

T = TypeVar("T")
SERVICE = "gateway"
SOURCE = f"/services/{SERVICE}"
_RERUNS = 5
_LONGEST = 5.0  # for a server that does not even answer that it is slow


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
        """`work` in one transaction, with outbox and idempotency; again from the start after a deadlock.

        Raises CallTimeout when the database does not answer: whether it was done is unknown.
        """
        for attempt in range(_RERUNS):
            try:
                return await within(_LONGEST, self._transaction(work))
            except TimeoutError:
                raise CallTimeout("database_timeout", write=True) from None
            except Exception as error:
                if not wants_rerun(error):
                    raise
                await asyncio.sleep(random.uniform(0.001, 0.01 * 2**attempt))
        raise Unavailable("database_contention", {"retry_after": 1})

    async def read(self, query: Callable[[Connection], T]) -> T:
        """`query` on a connection whose statements stand alone, without a transaction around them."""
        try:
            return await within(_LONGEST, self._reading(query))
        except TimeoutError:
            raise Unavailable("database_timeout", {"retry_after": 1}) from None

    async def close(self) -> None:
        await self._engine.dispose()

    async def _transaction(self, work: Callable[[UnitOfWork], T]) -> T:
        with failures_as_unavailable():
            async with self._engine.begin() as connection:
                return await connection.run_sync(_whole, work)

    async def _reading(self, query: Callable[[Connection], T]) -> T:
        with failures_as_unavailable():
            async with self._autocommit.connect() as connection:
                return await connection.run_sync(query)


def _whole(connection: Connection, work: Callable[[UnitOfWork], T]) -> T:
    uow = UnitOfWork(connection, source=SOURCE)
    result = work(uow)
    uow.finish()
    return result
