"""SQL of sessions, and the limit on login attempts."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, case, delete, func, insert, update
from sqlalchemy.dialects.postgresql import insert as upsert

from gateway.accounts.rules import folded
from gateway.accounts.tokens import SESSION, new_token
from gateway.tables import login_attempt, session
from servicekit.clock import utc_now
from servicekit.errors import Unavailable
from servicekit.ids import new_id


def open_session(connection: Connection, user_id: UUID, *, hours: float) -> tuple[str, Any]:
    """A new token and the moment it ends."""
    token, ends = new_token(SESSION), utc_now() + timedelta(hours=hours)
    values = {"id": new_id(), "token_hash": token.digest, "user_id": user_id, "expires_at": ends}
    connection.execute(insert(session).values(values))
    return token.text, ends


def close_session(connection: Connection, session_id: UUID) -> None:
    connection.execute(delete(session).where(session.c.id == session_id))


def close_other_sessions(connection: Connection, user_id: UUID, session_id: UUID) -> None:
    connection.execute(delete(session).where(session.c.user_id == user_id, session.c.id != session_id))


def account_bucket(email: str) -> bytes:
    return hashlib.sha256(b"account:" + folded(email).encode()).digest()


def address_bucket(address: str) -> bytes:
    return hashlib.sha256(b"address:" + address.encode()).digest()


def count_attempt(connection: Connection, bucket: bytes, *, limit: int, window: int) -> None:
    """Counts before the password is looked at, so that parallel guesses count as well.

    Raises Unavailable `too_many_attempts` (429) with the seconds until the window ends.
    """
    now = func.clock_timestamp()
    over = login_attempt.c.ends_at <= now
    ends = now + timedelta(seconds=window)
    counted = (
        upsert(login_attempt)
        .values(bucket=bucket, attempts=1, ends_at=ends)
        .on_conflict_do_update(
            index_elements=["bucket"],
            set_={
                "attempts": case((over, 1), else_=login_attempt.c.attempts + 1),
                "ends_at": case((over, ends), else_=login_attempt.c.ends_at),
            },
        )
        .returning(
            login_attempt.c.attempts, func.extract("epoch", login_attempt.c.ends_at - now).label("left")
        )
    )
    row = connection.execute(counted).one()
    if row.attempts > limit:
        raise Unavailable("too_many_attempts", {"retry_after": max(1, int(row.left) + 1)})


def forgive_attempt(connection: Connection, *, account: bytes, address: bytes) -> None:
    """After a success: the account starts afresh, the address gets its one attempt back."""
    connection.execute(delete(login_attempt).where(login_attempt.c.bucket == account))
    connection.execute(
        update(login_attempt)
        .where(login_attempt.c.bucket == address, login_attempt.c.attempts > 0)
        .values(attempts=login_attempt.c.attempts - 1)
    )


def clear_ended(connection: Connection) -> None:
    """Sessions and windows that ended some time ago; nothing reads them any more."""
    connection.execute(delete(login_attempt).where(login_attempt.c.ends_at < func.now()))
    connection.execute(delete(session).where(session.c.expires_at < func.now() - timedelta(days=1)))
