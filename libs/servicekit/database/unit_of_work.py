"""Units of work: one transaction each, whole or not at all. And reads, which need none.

`Transactions` is all that a plain process needs (`Database.connect(url)` makes one); services get the
same methods from the `Database` dependency.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar, cast

from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError

from servicekit import context
from servicekit.database.engine import PoolSettings, make_engine
from servicekit.database.failures import failures_as_unavailable, sqlstate_of, wants_rerun
from servicekit.database.idempotency import Idempotency
from servicekit.errors import Unavailable
from servicekit.events.outbox import Outbox

T = TypeVar("T")
RERUNS: Final = 5
# A statement may outlive its call by this much before we pay a round trip to tell the server.
_DEADLINE_SLACK: Final = 0.5
_OPEN: Final = "unit_of_work_open"
_GIVEN_UP: Final = "57014"


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
        self._source = f"/services/{service}"
        self._statement_timeout = statement_timeout_ms / 1000
        self._wake_relay: Callable[[], None] = lambda: None
        for ending in ("commit", "rollback"):
            event.listen(engine, ending, _only_the_unit_of_work_ends_it)

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
        with (
            failures_as_unavailable(),
            self.engine.connect() as connection,
            _transaction(connection) as commit,
        ):
            self._limit_statements(connection)
            uow = UnitOfWork(connection, source=self._source)
            yield uow
            uow.finish()
            commit()
        if uow.outbox.written:
            self._wake_relay()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for statements that only read: each stands alone, with no transaction around it."""
        with failures_as_unavailable(), self.engine.connect() as connection:
            if not self._is_late():
                yield connection
                return
            with _transaction(connection):
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
            limit_statements(connection, context.remaining() or 0)


def pause_before_rerun(attempt: int) -> None:
    """Jittered and growing, so that two that collided do not collide again."""
    time.sleep(random.uniform(0.001, 0.01 * 2**attempt))


class OutOfTime(Exception):
    """A statement was given up."""


@contextmanager
def reading_within(connection: Connection, seconds: float) -> Iterator[None]:
    """For reads: each statement of the block is given up after so long, and OutOfTime raised.

    The connection, and a unit of work that it belongs to, stay usable.
    """
    with _undone(connection):
        limit_statements(connection, seconds)
        try:
            yield
        except DBAPIError as error:
            if sqlstate_of(error) != _GIVEN_UP:
                raise
            raise OutOfTime from error


def limit_statements(connection: Connection, seconds: float) -> None:
    """Until the transaction ends, or until the next limit."""
    connection.exec_driver_sql(f"SET LOCAL statement_timeout = {max(1, int(seconds * 1000))}")


@contextmanager
def _undone(connection: Connection) -> Iterator[None]:
    """A transaction, or a part of the one that is open, of which nothing is left."""
    if _status(connection) is TransactionStatus.IDLE:
        with _transaction(connection):
            yield
        return
    connection.exec_driver_sql("SAVEPOINT reading")
    try:
        yield
    finally:
        connection.exec_driver_sql("ROLLBACK TO SAVEPOINT reading")
        connection.exec_driver_sql("RELEASE SAVEPOINT reading")


@contextmanager
def _transaction(connection: Connection) -> Iterator[Callable[[], None]]:
    """BEGIN, and the function that commits. Without that, everything is rolled back.

    The engine is in autocommit mode, which saves reads the work of switching it on and off again; so
    the two words are sent from here.
    """
    connection.exec_driver_sql("BEGIN")
    connection.info[_OPEN] = True
    try:
        yield lambda: _commit(connection)
    finally:
        if not connection.invalidated:
            connection.info.pop(_OPEN, None)
            _roll_back(connection)


def _roll_back(connection: Connection) -> None:
    """What is still open. A connection of which that is not certain must not go back into the pool."""
    status = _status(connection)
    if status is TransactionStatus.IDLE:
        return
    try:
        if status is TransactionStatus.ACTIVE:
            raise RuntimeError("interrupted in the middle of a statement")
        cast(Any, connection.connection.driver_connection).rollback()
    except BaseException as error:
        connection.invalidate(error)
        if not isinstance(error, Exception):
            raise


def _commit(connection: Connection) -> None:
    # PostgreSQL answers COMMIT of a failed transaction with a rollback and no error.
    if _status(connection) is not TransactionStatus.INTRANS:
        raise RuntimeError("a statement of this unit of work failed and the failure was swallowed")
    connection.exec_driver_sql("COMMIT")


def _status(connection: Connection) -> TransactionStatus:
    driver = connection.connection.driver_connection
    return TransactionStatus(driver.info.transaction_status) if driver else TransactionStatus.UNKNOWN


def _only_the_unit_of_work_ends_it(connection: Connection) -> None:
    if not connection.invalidated and connection.info.get(_OPEN):
        raise RuntimeError("only the unit of work ends its transaction, where its block ends")
