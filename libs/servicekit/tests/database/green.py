"""The database among greenlets; prints one number.

`green.py prepared` starts as services do, `green.py patched` with eventlet's patches alone.
"""

from __future__ import annotations

import os
import sys

if sys.argv[1] == "prepared":
    from servicekit import boot

    boot.prepare()
else:
    import eventlet

    os.environ.pop("PSYCOPG_WAIT_FUNC", None)
    eventlet.monkey_patch()

import time

import eventlet
from sqlalchemy import text

from servicekit.database import Transactions, UnitOfWork

db = Transactions.connect(os.environ["DATABASE_URL"], pool_size=10)


def sleep(_: int) -> None:
    with db.reading() as connection:
        connection.execute(text("SELECT pg_sleep(0.2)"))


def ten_sleeps() -> None:
    """Prints how long ten sleeps at once took together."""
    list(eventlet.GreenPool(10).imap(lambda _: db.engine.connect().close(), range(10)))
    started = time.monotonic()
    list(eventlet.GreenPool(10).imap(sleep, range(10)))
    print(time.monotonic() - started)


def interrupted() -> None:
    """Prints what the only connection still has of two units of work that were cut off in a statement."""
    only = Transactions.connect(os.environ["DATABASE_URL"], pool_size=1)
    with eventlet.Timeout(0.2, False), only.unit_of_work() as uow:
        uow.connection.execute(text("INSERT INTO thing VALUES (1, 'timeout'); SELECT pg_sleep(5)"))
    killed = eventlet.spawn(only.run, insert_and_sleep)
    eventlet.sleep(0.2)
    killed.kill()
    with only.reading() as connection:
        print(connection.scalar(text("SELECT count(*) FROM thing")))


def insert_and_sleep(uow: UnitOfWork) -> None:
    uow.connection.execute(text("INSERT INTO thing VALUES (2, 'killed')"))
    uow.connection.execute(text("SELECT pg_sleep(5)"))


def large() -> None:
    """Prints how much of a statement that no socket takes at once the server received."""
    with db.reading() as connection:
        print(connection.scalar(text("SELECT length(:much)"), {"much": "x" * 20_000_000}))


VERBS = {"interrupted": interrupted, "large": large}
VERBS.get(sys.argv[-1], ten_sleeps)()
