"""What a file has said so far, as far as later events depend on it. It is on disk: memory stays flat."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from types import TracebackType
from typing import Final

from servicekit.events import Event
from services.customers.check_events.findings import Finding
from services.customers.history.domain.heard import Heard

_TABLES: Final = """
    CREATE TABLE event (key BLOB PRIMARY KEY, content BLOB NOT NULL, line INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE thing (key BLOB PRIMARY KEY, line INTEGER NOT NULL, named INTEGER NOT NULL) WITHOUT ROWID;
"""
_THING: Final = """
    INSERT INTO thing VALUES (?, ?, ?)
    ON CONFLICT (key) DO UPDATE SET named = 1 WHERE excluded.named AND NOT named"""


class Seen:
    """Use it in a `with` block. Keys are kept as hashes of 16 bytes."""

    def __enter__(self) -> Seen:
        # A database without a name is a temporary file that goes with the connection.
        self._rows = sqlite3.connect("", isolation_level=None)
        self._rows.executescript(f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; {_TABLES} BEGIN;")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._rows.close()

    def repeats(self, line: int, event: Event, body: bytes) -> tuple[bool, Finding | None]:
        """Whether it came before, and what is wrong with that: nothing, if it said the same."""
        key, content = _hash(*event.key), hashlib.blake2b(body, digest_size=16).digest()
        if self._rows.execute("INSERT OR IGNORE INTO event VALUES (?, ?, ?)", (key, content, line)).rowcount:
            return False, None
        [(first, there)] = self._rows.execute("SELECT line, content FROM event WHERE key = ?", (key,))
        if there == content:
            return True, None
        return True, Finding(
            line, "other_content", "/id", f"the same source and id as line {first}, said otherwise"
        )

    def note(self, line: int, told: Heard) -> None:
        """Remembers whether anything names the person of what this event is about."""
        self._rows.execute(_THING, (_hash(*told.about), line, told.names_somebody))

    def nameless(self) -> Iterator[Finding]:
        """What in the whole file is nobody's, in the order of its lines."""
        for (line,) in self._rows.execute("SELECT line FROM thing WHERE NOT named ORDER BY line"):
            yield Finding(line, "no_identity", "/data", "nothing in this file says whose it is", False)


def _hash(*parts: str) -> bytes:
    return hashlib.blake2b("\x00".join(parts).encode("utf-8", "replace"), digest_size=16).digest()
