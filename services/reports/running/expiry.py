"""The end of what runs came to, and a month later of what is known about them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text

from servicekit.database import Transactions
from servicekit.storage import Storage
from services.reports.running.kinds import FOLDER, KEPT, KIND, LIFETIME, PARTS

# A file that nobody names, because a process died between putting it there and saying so.
_NEVER_NAMED: Final = LIFETIME + timedelta(hours=1)
# Longer than a step takes, from the file to the job that knows it.
_A_WHILE: Final = timedelta(hours=1)
_EXPIRE: Final = text("""
    UPDATE report_run SET files = NULL, summary = NULL FROM (
        SELECT id, files FROM report_run WHERE files IS NOT NULL AND expires_at <= :now) due
    WHERE report_run.id = due.id RETURNING due.files""")
_NEEDED: Final = text("""
    SELECT jsonb_array_elements_text(state->'parts') FROM job WHERE kind = :kind AND finished_at IS NULL""")
_FORGET: Final = text("DELETE FROM report_run WHERE created_at < :before")


def expire(database: Transactions, storage: Storage, *, now: datetime) -> int:
    """Deletes what runs came to a day ago; returns how many files. May be repeated and interrupted."""
    with database.unit_of_work() as uow:
        due = uow.connection.execute(_EXPIRE, {"now": now}).scalars()
        keys = {file["key"] for files in due for file in files.values()}
        uow.connection.execute(_FORGET, {"before": now - KEPT})
    keys |= {kept.key for kept in storage.list(FOLDER) if kept.at < now - _NEVER_NAMED}
    keys |= _left_behind(database, storage, now - _A_WHILE)
    storage.delete(sorted(keys))
    return len(keys)


def _left_behind(database: Transactions, storage: Storage, before: datetime) -> set[str]:
    """What was counted for runs that are over."""
    keys = {kept.key for kept in storage.list(PARTS) if kept.at < before}
    with database.reading() as connection:
        return keys - set(connection.execute(_NEEDED, {"kind": KIND}).scalars())
