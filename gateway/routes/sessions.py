"""Logging in and out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from gateway.accounts import sessions, users
from gateway.answers import Answer, json_answer, no_content
from gateway.call import Call
from gateway.operations import IfMatch, Routes
from gateway.problems import HttpProblem
from gateway.schemas.accounts import Credentials, SessionOpened
from servicekit.clock import to_rfc3339
from servicekit.database.unit_of_work import UnitOfWork

routes = Routes("Sessions")


@routes.post(
    "/v1/sessions",
    body=Credentials(),
    answers={201: SessionOpened},
    idempotent=False,
    errors={401: "invalid_credentials", 429: "too_many_attempts"},
)
async def log_in(call: Call) -> Answer:
    """Log in.

    Answers a token for `Authorization: Bearer`. Attempts are limited per account and per address.
    Each call opens a session of its own: an Idempotency-Key is not looked at, because the
    token is not stored and could not be repeated.
    """
    email, password = call.body["email"], call.body["password"]
    found = await call.resources.database.write(lambda uow: _count_attempt(call, uow.connection, email))
    if not await call.resources.passwords.verify(found.password_hash if found else None, password):
        raise HttpProblem(401, "invalid_credentials", "E-mail or password is wrong.")
    return await call.resources.database.write(lambda uow: _open(call, uow, found.id, email))


@routes.delete("/v1/sessions/current", answers={204: None}, if_match=IfMatch.IGNORED)
async def log_out(call: Call) -> Answer:
    """Log out: the token stops working at once. An API key is not a session and stays."""
    session_id = call.caller.session_id
    if session_id is not None:
        ended = UUID(session_id)
        await call.resources.database.write(lambda uow: sessions.close_session(uow.connection, ended))
    return no_content()


def _count_attempt(call: Call, connection: Connection, email: str) -> Any:
    limits = call.resources.settings
    window = limits.login_window_seconds
    for bucket, limit in (
        (sessions.account_bucket(email), limits.login_attempts_per_account),
        (sessions.address_bucket(call.client), limits.login_attempts_per_address),
    ):
        sessions.count_attempt(connection, bucket, limit=limit, window=window)
    return users.find_credentials(connection, email)


def _open(call: Call, uow: UnitOfWork, user_id: UUID, email: str) -> Answer:
    sessions.forgive_attempt(
        uow.connection, account=sessions.account_bucket(email), address=sessions.address_bucket(call.client)
    )
    sessions.clear_ended(uow.connection)
    hours = call.resources.settings.session_hours
    token, ends = sessions.open_session(uow.connection, user_id, hours=hours)
    user = users.user_message(users.get_user(uow.connection, user_id))
    return json_answer({"token": token, "expires_at": to_rfc3339(ends), "user": user}, status=201)
