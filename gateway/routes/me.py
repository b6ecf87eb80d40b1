"""The caller."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from gateway.accounts import keys, sessions, teams, users
from gateway.accounts.rules import checked_name
from gateway.answers import Answer, resource_answer
from gateway.call import Call, Outcome
from gateway.operations import Routes
from gateway.schemas.accounts import Me, MePatch
from servicekit.database.unit_of_work import UnitOfWork
from servicekit.errors import Forbidden, Invalid, Unavailable
from servicekit.scope import CONNECTOR

routes = Routes("Me")
_BINDING = (
    "hide_contact_data",
    "allow_duplicates",
    "default_region",
    "time_zone",
    "agents_may_import",
    "agents_may_export",
)


@routes.get("/v1/me", answers={200: Me})
async def get_me(call: Call) -> Answer:
    """Who I am, my teams, and the settings that bind me."""
    settings = await _settings(call)
    return await call.resources.database.read(lambda connection: _me(call, connection, settings))


@routes.patch("/v1/me", body=MePatch(), answers={200: Me}, errors={422: "wrong_password"})
async def update_me(call: Call) -> Answer:
    """Change my name or my password.

    A new password needs the current one and ends my other sessions. An API key has neither: 403.
    """
    session_id = call.caller.session_id
    if session_id is None:
        raise Forbidden("not_a_session", {})
    changes = await _checked(call)
    settings = await _settings(call)

    def work(uow: UnitOfWork) -> Outcome:
        user_id = UUID(call.caller.user_id)
        users.change_own(uow.connection, user_id, changes, version=call.version)
        if "password_hash" in changes:
            sessions.close_other_sessions(uow.connection, user_id, UUID(session_id))
        if "name" in changes:
            teams.directory_changed(uow)
        return {"status": 200, "id": call.caller.user_id}

    return await call.own_write(work, lambda connection, _: _me(call, connection, settings))


async def _checked(call: Call) -> dict[str, Any]:
    body, changes = call.body, {}
    if "name" in body:
        changes["name"] = checked_name(body["name"])
    if "new_password" in body:
        user_id = UUID(call.caller.user_id)
        me = await call.resources.database.read(lambda connection: users.get_user(connection, user_id))
        if not await call.resources.passwords.verify(me.password_hash, body.get("current_password", "")):
            raise Invalid.at("/current_password", "wrong_password", "This is not your current password.")
        changes["password_hash"] = await call.resources.passwords.hash(body["new_password"])
    return changes


async def _settings(call: Call) -> dict[str, Any] | None:
    if call.scope.role == CONNECTOR:
        return None  # they bind people
    try:
        settings = await call.ask("get_settings")
    except Unavailable:
        return None
    return {name: settings[name] for name in _BINDING if name in settings}


def _me(call: Call, connection: Connection, settings: dict[str, Any] | None) -> Answer:
    caller = call.caller
    if caller.session_id is None:
        me = keys.key_message(keys.get_key(connection, UUID(caller.user_id)))
    else:
        me = users.user_message(users.get_user(connection, UUID(caller.user_id)))
    own = teams.list_teams(connection, limit=1000, after=None, only=caller.scope.team_ids)
    message = {
        "id": caller.user_id,
        "name": me["name"],
        "email": me.get("email"),
        "role": caller.scope.role,
        "teams": [teams.reference(team) for team in own],
        "version": me["version"],
        "settings": settings,
    }
    return resource_answer(message)
