"""A write with a key happens once: its outcome is stored in the transaction of its effect.

The key's row is inserted before anything else. While it is uncommitted, another request with the same
key finds the advisory lock taken and is told so at once: nobody waits for anybody.
"""

from __future__ import annotations

import hashlib
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from servicekit.errors import Conflict, Invalid

LIFETIME_HOURS: Final = 24

# One round trip for a fresh key. A row past its lifetime that no purge has met yet is taken over.
_BEGIN: Final = text(f"""
    WITH free AS MATERIALIZED (SELECT pg_try_advisory_xact_lock(:lock) AS taken)
    INSERT INTO idempotency AS kept (key, user_id, request_hash)
    SELECT :key, :user_id, :request_hash FROM free WHERE taken
    ON CONFLICT (key) DO UPDATE
        SET user_id = excluded.user_id, request_hash = excluded.request_hash,
            outcome = NULL, created_at = now()
        WHERE kept.created_at < now() - interval '{LIFETIME_HOURS} hours'
    RETURNING key
""")
_FIND: Final = text("SELECT user_id, request_hash, outcome FROM idempotency WHERE key = :key")
_FIND_KEPT: Final = text(f"""
    SELECT user_id, request_hash, outcome FROM idempotency
    WHERE key = :key AND created_at >= now() - interval '{LIFETIME_HOURS} hours'
""")
_FORGET: Final = text("DELETE FROM idempotency WHERE key = :key")
_FINISH: Final = text("UPDATE idempotency SET outcome = :outcome WHERE key = :key").bindparams(
    bindparam("outcome", type_=JSONB)
)


class Idempotency:
    """The key of one unit of work. Without a key both methods do nothing."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._key: str | None = None

    def begin(self, key: str | None, *, user_id: str, request_hash: str) -> dict[str, Any] | None:
        """None: go on. A dict: the outcome of the first time, there is nothing left to do.

        Raises Conflict `request_in_progress` while the first is running, and Invalid
        `idempotency_key_reused` if the first was a different request.
        """
        if key is None:
            return None
        values = {"key": key, "user_id": user_id, "request_hash": request_hash, "lock": _lock_of(key)}
        if self._connection.execute(_BEGIN, values).first() is not None:
            self._key = key
            return None
        first = self._connection.execute(_FIND, {"key": key}).first()
        if first is None:
            raise Conflict("request_in_progress", {"retry_after": 1})
        return _outcome(first, user_id, request_hash)

    def find(self, key: str, *, user_id: str, request_hash: str) -> dict[str, Any] | None:
        """The outcome of the first time, if that is over: for what must be read from others before `begin`,
        and may be gone by now. Raises Invalid as `begin` does."""
        first = self._connection.execute(_FIND_KEPT, {"key": key}).first()
        return None if first is None else _outcome(first, user_id, request_hash)

    def finish(self, outcome: dict[str, Any]) -> None:
        """Stores what a repetition answers: status and references, never content that a mask may hide."""
        if self._key is not None:
            self._connection.execute(_FINISH, {"key": self._key, "outcome": outcome})
            self._key = None

    def forget(self) -> None:
        """Frees the key: the unit of work commits something, but what it answers is no outcome to repeat."""
        if self._key is not None:
            self._connection.execute(_FORGET, {"key": self._key})
            self._key = None

    def check_finished(self) -> None:
        """A committed key without an outcome could never be answered: that is a defect of the method."""
        if self._key is not None:
            raise RuntimeError("idempotency was begun and not finished")


def _outcome(first: Row[Any], user_id: str, request_hash: str) -> dict[str, Any]:
    if (first.user_id, first.request_hash) != (user_id, request_hash):
        raise Invalid("idempotency_key_reused", _reused())
    return dict(first.outcome)


def _lock_of(key: str) -> int:
    digest = hashlib.blake2b(b"idempotency:" + key.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def _reused() -> dict[str, Any]:
    detail = "This Idempotency-Key was used before, for a different request."
    return {"errors": [{"pointer": "", "code": "idempotency_key_reused", "detail": detail}]}
