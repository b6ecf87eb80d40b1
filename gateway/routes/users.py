"""Users: administrators and agents."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from gateway.accounts import teams, users
from gateway.accounts.rules import checked_email, checked_name
from gateway.answers import Answer, created, page_answer, resource_answer
from gateway.call import Call, Outcome
from gateway.operations import Routes
from gateway.paging import after_cursor, cut
from gateway.schemas.accounts import NewUser, User, UserOrReference, UserPatch, UserQuery
from gateway.schemas.common import page_of
from servicekit.database.unit_of_work import UnitOfWork
from servicekit.errors import Forbidden

routes = Routes("Users")


@routes.get("/v1/users", query=UserQuery(), answers={200: page_of(UserOrReference)})
async def list_users(call: Call) -> Answer:
    """Users, in the order in which they were made (administrators).

    With `for_customer`, for everybody: id and name of the active users who can see that customer. An
    agent gets administrators and the members of the teams that the agent shares with the customer.
    """
    if call.query["for_customer"]:
        return await _who_sees(call, call.query["for_customer"])
    if not call.scope.is_admin:
        raise Forbidden("forbidden", {})
    limit, after = call.query["limit"], after_cursor(call.query["cursor"])
    rows = await call.resources.database.read(lambda c: users.list_users(c, limit=limit, after=after))
    return page_answer(cut(rows, limit, users.user_message))


@routes.post("/v1/users", body=NewUser(), answers={201: User}, errors={409: "email_taken"})
async def create_user(call: Call) -> Answer:
    """Add a user."""
    body = call.body
    name, email = checked_name(body["name"]), checked_email(body["email"])
    password_hash = await call.resources.passwords.hash(body["password"])

    def work(uow: UnitOfWork) -> Outcome:
        user_id = users.add_user(
            uow.connection, email=email, name=name, role=body["role"], password_hash=password_hash
        )
        teams.directory_changed(uow)
        return {"status": 201, "id": str(user_id)}

    def render(connection: Connection, outcome: Outcome) -> Answer:
        user = users.user_message(users.get_user(connection, UUID(outcome["id"])))
        return created(user, f"/v1/users/{user['id']}")

    return await call.own_write(work, render)


@routes.get("/v1/users/{user_id}", answers={200: User})
async def get_user(call: Call) -> Answer:
    """One user."""
    user_id = UUID(call.path["user_id"])
    row = await call.resources.database.read(lambda connection: users.get_user(connection, user_id))
    return resource_answer(users.user_message(row))


@routes.patch(
    "/v1/users/{user_id}",
    body=UserPatch(),
    answers={200: User},
    errors={409: "email_taken, last_administrator"},
)
async def update_user(call: Call) -> Answer:
    """Change a user.

    A new password, or the end of `active`, ends the user's sessions. The last active administrator
    stays one.
    """
    user_id, changes = UUID(call.path["user_id"]), await _changes(call)

    def work(uow: UnitOfWork) -> Outcome:
        users.change_user(uow.connection, user_id, changes, version=call.version)
        if changes.keys() & {"name", "role", "active"}:
            teams.directory_changed(uow)
        return {"status": 200, "id": str(user_id)}

    def render(connection: Connection, _: Outcome) -> Answer:
        return resource_answer(users.user_message(users.get_user(connection, user_id)))

    return await call.own_write(work, render)


async def _changes(call: Call) -> dict[str, Any]:
    changes = dict(call.body)
    if "name" in changes:
        changes["name"] = checked_name(changes["name"])
    if "email" in changes:
        changes["email"] = checked_email(changes["email"])
    if "password" in changes:
        changes["password_hash"] = await call.resources.passwords.hash(changes.pop("password"))
    return changes


async def _who_sees(call: Call, customer_id: str) -> Answer:
    reply = await call.ask("get_customer", customer_id)
    if "moved_to" in reply:
        reply = await call.ask("get_customer", reply["moved_to"])
    team_ids = [UUID(team_id) for team_id in reply["customer"]["teams"]]
    rows = await call.resources.database.read(lambda c: users.list_active_users_of(c, team_ids))
    return page_answer({"data": [teams.reference(row) for row in rows], "next": None})
