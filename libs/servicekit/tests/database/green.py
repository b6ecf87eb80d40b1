"""Ten sleeps in the database at once, in greenlets. Prints how long they took together.

`python green.py prepared` starts as services do, `python green.py patched` with eventlet's patches alone.
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

from servicekit.database import Transactions

db = Transactions.connect(os.environ["DATABASE_URL"], pool_size=10)


def sleep(_: int) -> None:
    with db.reading() as connection:
        connection.execute(text("SELECT pg_sleep(0.2)"))


list(eventlet.GreenPool(10).imap(lambda _: db.engine.connect().close(), range(10)))
started = time.monotonic()
list(eventlet.GreenPool(10).imap(sleep, range(10)))
print(time.monotonic() - started)
