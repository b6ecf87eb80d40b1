"""The connection pool: every connection has its limits set by the server, and no value reaches a log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DisconnectionError

from servicekit.database.uuids import Uuids, UuidsDumper

LOCK_TIMEOUT_MS: Final = 3_000
IDLE_IN_TRANSACTION_TIMEOUT_MS: Final = 60_000
POOL_TIMEOUT: Final = 3.0
CONNECT_TIMEOUT: Final = 5
_FOR_ITS_VALUES: Final = "planned_for_its_values"
# Execution options for a statement whose best plan depends on what it is asked for: a pattern, a list of
# ids, a range. What is executed often is prepared, and after ten times PostgreSQL may settle for one plan
# that knows no value; for a search that was measured fifty times slower. Not for plain reads by id, whose
# planning is dearer than their execution.
PLANNED_FOR_ITS_VALUES: Final = {_FOR_ITS_VALUES: True}


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolSettings:
    """How many connections, how long one statement may take, and how long a transaction may do nothing."""

    pool_size: int = 10
    statement_timeout_ms: int = 5_000
    idle_in_transaction_ms: int = IDLE_IN_TRANSACTION_TIMEOUT_MS
    application_name: str = "servicekit"


def make_engine(url: str, settings: PoolSettings) -> Engine:
    """A pool of at most `pool_size` connections; connects when first used. `url` is `postgresql://…`."""
    engine = create_engine(
        sqlalchemy_url(url),
        pool_size=settings.pool_size,
        max_overflow=0,
        pool_timeout=POOL_TIMEOUT,
        pool_use_lifo=True,  # idle connections at the bottom stay idle, and the server's caches warm
        isolation_level="AUTOCOMMIT",  # see unit_of_work.py
        hide_parameters=True,
        connect_args=connect_arguments(settings),
    )
    event.listen(engine, "connect", _know_parameters)
    event.listen(engine, "checkout", _refuse_dead_connection)
    event.listen(engine, "do_execute", _plan_for_its_values)
    return engine


def _know_parameters(connection: Any, record: Any) -> None:
    connection.adapters.register_dumper(Uuids, UuidsDumper)


def sqlalchemy_url(url: str) -> str:
    """The same address for SQLAlchemy with psycopg 3, sync or async."""
    scheme, separator, rest = url.partition("://")
    if scheme not in ("postgresql", "postgres", "postgresql+psycopg") or not separator:
        raise ValueError("a database URL starts with postgresql://")
    return f"postgresql+psycopg://{rest}"


def connect_arguments(settings: PoolSettings) -> dict[str, Any]:
    """For psycopg's connect(): limits that hold even when this process is stuck, killed or cut off."""
    limits = {
        "statement_timeout": settings.statement_timeout_ms,
        "lock_timeout": LOCK_TIMEOUT_MS,
        "idle_in_transaction_session_timeout": settings.idle_in_transaction_ms,
        "client_connection_check_interval": 2_000,
        "timezone": "UTC",
        "jit": "off",
    }
    return {
        "application_name": settings.application_name,
        "options": " ".join(f"-c {name}={value}" for name, value in limits.items()),
        "connect_timeout": CONNECT_TIMEOUT,
        # A server that vanished without a word is noticed by the kernel, not by a query that hangs.
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 10_000,
    }


def _plan_for_its_values(cursor: Any, statement: str, parameters: Any, context: Any) -> bool:
    """True when the statement has been executed here, unprepared."""
    if not context.execution_options.get(_FOR_ITS_VALUES):
        return False
    cursor.execute(statement, parameters, prepare=False)
    return True


def _refuse_dead_connection(connection: Any, _record: Any, _proxy: Any) -> None:
    """Looks at the socket instead of asking the server: 1 µs, and it sees every connection that was closed.

    The first look reads a farewell (57P01), the second the end of the stream behind it.
    """
    try:
        connection.pgconn.consume_input()
        connection.pgconn.consume_input()
    except connection.OperationalError as error:
        raise DisconnectionError("closed by the server") from error
