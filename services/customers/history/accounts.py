"""The channel accounts that connectors speak for: who could be asked to begin a conversation."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

import orjson
from sqlalchemy import text

from servicekit.database import Transactions
from services.customers.history.domain.heard import Heard
from services.customers.history.domain.parts import CONTACT, CONVERSATION

SELDOM: Final = timedelta(hours=1)
_MOST_REMEMBERED: Final = 10_000

_KEEP = text("""
    INSERT INTO channel_account AS a (source, channel, first_seen, last_seen)
    SELECT source, channel, :now, :now
    FROM json_to_recordset(CAST(:rows AS json)) AS r (source text, channel text)
    ORDER BY source COLLATE "C"
    ON CONFLICT (source) DO UPDATE SET channel = excluded.channel,
        last_seen = greatest(a.last_seen, excluded.last_seen)""")


class Accounts:
    """Remembers when it wrote of a source: at most once an hour, in a transaction of its own."""

    def __init__(self, db: Transactions) -> None:
        self._db = db
        self._written: dict[str, datetime] = {}

    def seen(self, heard: Iterable[Heard], *, now: datetime) -> None:
        """Shops and calendars talk to nobody: only who tells of conversations or of people counts."""
        channels = {each.about[0]: each.channel for each in heard if each.about[2] in (CONVERSATION, CONTACT)}
        due = {source: c for source, c in channels.items() if self._is_due(source, now)}
        if not due:
            return
        rows = [{"source": source, "channel": channel} for source, channel in due.items()]
        self._db.run(
            lambda uow: uow.connection.execute(_KEEP, {"rows": orjson.dumps(rows).decode(), "now": now})
        )
        if len(self._written) > _MOST_REMEMBERED:
            self._written.clear()
        self._written |= dict.fromkeys(due, now)

    def _is_due(self, source: str, now: datetime) -> bool:
        written = self._written.get(source)
        return written is None or now - written >= SELDOM
