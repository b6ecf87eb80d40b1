"""Units of work: one transaction each, whole or not at all. And reads, which need none.

`Transactions` is all that a plain process needs (`Database.connect(url)` makes one); services get the
same methods from the `Database` dependency.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

from sqlalchemy import Connection, Engine, event

from servicekit import context
from servicekit.database.engine import PoolSettings, make_engine
from servicekit.database.failures import failures_as_unavailable, wants_rerun
from servicekit.database.idempotency import Idempotency
from servicekit.errors import Unavailable
from servicekit.events.outbox import Outbox

T = TypeVar("T")
RERUNS: Final = 5
# A statement may outlive its call by this much before we pay a round trip to tell the server.
_DEADLINE_SLACK: Final = 0.5
_FINISHED: Final = "unit_of_work_finished"


class UnitOfWork:
    """What one transaction offers: its connection, its outbox, its idempotency key."""

    def __init__(self, connection: Connection, *, source: str) -> None:
        self.connection = connection
        self.outbox = Outbox(connection, source=source)
        self.idempotency = Idempotency(connection)

    def finish(self) -> None:
        """Writes what was gathered. Called once, before the commit."""
        self.idempotency.check_finished()
        self.outbox.write()


class Transactions:
    """A service's database: `unit_of_work()`, `reading()` and `run(work)`."""

    def __init__(self, engine: Engine, *, service: str, statement_timeout_ms: int) -> None:
        self.engine = engine
        self._autocommit = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._source = f"/services/{service}"
        self._statement_timeout = statement_timeout_ms / 1000
        self._wake_relay: Callable[[], None] = lambda: None
        event.listen(engine, "commit", _only_the_unit_of_work_commits)

    @classmethod
    def connect(
        cls, url: str, *, service: str = "command", pool_size: int = 5, statement_timeout_ms: int = 5_000
    ) -> Transactions:
        """For commands and tests: a database without a service around it. `close()` it at the end."""
        settings = PoolSettings(
            pool_size=pool_size, statement_timeout_ms=statement_timeout_ms, application_name=service
        )
        engine = make_engine(url, settings)
        return Transactions(engine, service=service, statement_timeout_ms=statement_timeout_ms)

    def on_outbox_written(self, wake: Callable[[], None]) -> None:
        """`wake` is called after each commit that left something in the outbox."""
        self._wake_relay = wake

    def close(self) -> None:
        """Closes the connections that are not in use."""
        self.engine.dispose()

    @contextmanager
    def unit_of_work(self) -> Iterator[UnitOfWork]:
        """One transaction. Commits if the block ends normally; whatever else happens, nothing has happened.

        Raises Unavailable when the database is down, busy, locked or too slow.
        """
        with failures_as_unavailable(), self.engine.connect() as connection:
            connection.info.pop(_FINISHED, None)
            with connection.begin():
                self._limit_statements(connection)
                uow = UnitOfWork(connection, source=self._source)
                yield uow
                uow.finish()
                connection.info[_FINISHED] = True
        if uow.outbox.written:
            self._wake_relay()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for statements that only read: each stands alone, with no transaction around it."""
        with failures_as_unavailable():
            if not self._is_late():
                with self._autocommit.connect() as connection:
                    yield connection
                return
            with self.engine.connect() as connection, _rolled_back(connection):
                self._limit_statements(connection)
                yield connection

    def run(self, work: Callable[[UnitOfWork], T]) -> T:
        """`work` in a unit of work of its own, repeated after a deadlock or serialization failure."""
        for attempt in range(RERUNS):
            try:
                with self.unit_of_work() as uow:
                    return work(uow)
            except Exception as error:
                if not wants_rerun(error):
                    raise
                pause_before_rerun(attempt)
        raise Unavailable("database_contention", {"retry_after": 1})

    def _is_late(self) -> bool:
        remaining = context.remaining()
        if remaining is None:
            return False
        if remaining <= 0:
            raise Unavailable("deadline_passed")
        return remaining + _DEADLINE_SLACK < self._statement_timeout

    def _limit_statements(self, connection: Connection) -> None:
        """No statement runs for a caller who has gone."""
        if self._is_late():
            milliseconds = max(1, int((context.remaining() or 0) * 1000))
            connection.exec_driver_sql(f"SET LOCAL statement_timeout = {milliseconds}")


def pause_before_rerun(attempt: int) -> None:
    """Jittered and growing, so that two that collided do not collide again."""
    time.sleep(random.uniform(0.001, 0.01 * 2**attempt))


@contextmanager
def _rolled_back(connection: Connection) -> Iterator[None]:
    transaction = connection.begin()
    try:
        yield
    finally:
        transaction.rollback()


def _only_the_unit_of_work_commits(connection: Connection) -> None:
    if not connection.info.pop(_FINISHED, False):
        raise RuntimeError("only the unit of work commits, at the end of its block")
