"""The end of uploads: thirty days after they came, with all that was known of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from sqlalchemy import text

from servicekit.database import Transactions
from servicekit.storage import Storage
from services.reports.uploads.kinds import COPIES, FILES

# A file that nobody names, because a process died between putting it there and saying so.
_NEVER_NAMED: Final = timedelta(days=1)
_AT_ONCE: Final = 500
_EXPIRE: Final = text("DELETE FROM report_upload WHERE expires_at <= :now")
_NAMED: Final = text("""
    SELECT storage_key FROM report_upload WHERE storage_key = ANY(:keys)
    UNION ALL SELECT columnar_key FROM report_upload WHERE columnar_key = ANY(:keys)""")


def expire(database: Transactions, storage: Storage, *, now: datetime) -> int:
    """Deletes uploads that are due, and files that no upload names; returns how many files. May be repeated
    and interrupted: files go last, when nothing can name them any more."""
    with database.unit_of_work() as uow:
        uow.connection.execute(_EXPIRE, {"now": now})
    deleted = 0
    for keys in _old_files(storage, before=now - _NEVER_NAMED):
        with database.reading() as connection:
            named = set(connection.execute(_NAMED, {"keys": keys}).scalars())
        unnamed = [key for key in keys if key not in named]
        storage.delete(unnamed)
        deleted += len(unnamed)
    return deleted


def _old_files(storage: Storage, *, before: datetime) -> Iterator[list[str]]:
    for folder in (FILES, COPIES):
        keys = (each.key for each in storage.list(folder) if each.at < before)
        while some := list(islice(keys, _AT_ONCE)):
            yield some
