"""The end of files, and a month later of what is known about them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text

from servicekit.database import Transactions
from servicekit.storage import Storage

FOLDER: Final = "exports"
LIFETIME: Final = timedelta(hours=24)
# A file that nobody names, because a process died between putting it there and saying so.
_NEVER_NAMED: Final = LIFETIME + timedelta(hours=1)
_KEPT: Final = timedelta(days=30)

_EXPIRE: Final = text("""
    UPDATE export_run SET storage_key = NULL FROM (
        SELECT id, storage_key FROM export_run WHERE storage_key IS NOT NULL AND expires_at <= :now) due
    WHERE export_run.id = due.id RETURNING due.storage_key""")
_FORGET: Final = text("DELETE FROM export_run WHERE created_at < :before")


def expire(database: Transactions, storage: Storage, *, now: datetime) -> int:
    """Deletes files of exports that are a day old; returns how many. May be repeated and interrupted."""
    with database.unit_of_work() as uow:
        keys = set(uow.connection.execute(_EXPIRE, {"now": now}).scalars())
        uow.connection.execute(_FORGET, {"before": now - _KEPT})
    keys |= {kept.key for kept in storage.list(FOLDER) if kept.at < now - _NEVER_NAMED}
    storage.delete(sorted(keys))
    return len(keys)
