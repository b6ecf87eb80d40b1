"""Teams and their members."""

from __future__ import annotations

import time
from uuid import UUID

from sqlalchemy import Connection

from gateway.accounts import teams
from gateway.accounts.rules import checked_name
from gateway.answers import Answer, created, json_answer, no_content, page_answer, resource_answer
from gateway.call import Call, Outcome
from gateway.operations import IfMatch, Routes
from gateway.paging import after_cursor, cut
from gateway.parts import Part, ask_parts
from gateway.schemas.accounts import NewTeam, Team, TeamOrReference, TeamPatch, TeamRemoval
from gateway.schemas.common import PageQuery, Reference, page_of
from servicekit.database.unit_of_work import UnitOfWork
from servicekit.errors import Conflict, Invalid, NotFound, Unavailable

routes = Routes("Teams")
_HOLDERS = {"customers": "customers", "tasks": "notes"}  # services, and what of theirs belongs to teams
_MOVE_AT_ONCE = 500
_SPARE_SECONDS = 1.0  # of the request's deadline, for the last move and the removal


@routes.get("/v1/teams", query=PageQuery(), answers={200: page_of(TeamOrReference)})
async def list_teams(call: Call) -> Answer:
    """Teams; for agents id and name of their own."""
    limit, after = call.query["limit"], after_cursor(call.query["cursor"])
    only = None if call.scope.is_admin else call.scope.team_ids
    rows = await call.resources.database.read(
        lambda c: teams.list_teams(c, limit=limit, after=after, only=only)
    )
    return page_answer(cut(rows, limit, teams.team_message if call.scope.is_admin else teams.reference))


@routes.post("/v1/teams", body=NewTeam(), answers={201: Team}, errors={409: "team_name_taken"})
async def create_team(call: Call) -> Answer:
    """Add a team. Names are unique, ignoring case."""
    name = checked_name(call.body["name"])

    def work(uow: UnitOfWork) -> Outcome:
        team_id = teams.add_team(uow.connection, name)
        teams.directory_changed(uow)
        return {"status": 201, "id": str(team_id)}

    def render(connection: Connection, outcome: Outcome) -> Answer:
        team = teams.team_message(teams.get_team(connection, UUID(outcome["id"])))
        return created(team, f"/v1/teams/{team['id']}")

    return await call.own_write(work, render)


@routes.get("/v1/teams/{team_id}", answers={200: TeamOrReference})
async def get_team(call: Call) -> Answer:
    """One team; for agents id and name of one of their own."""
    team_id = call.path["team_id"]
    if not call.scope.is_admin and team_id not in call.scope.team_ids:
        raise NotFound("team_not_found", {})
    row = await call.resources.database.read(lambda connection: teams.get_team(connection, UUID(team_id)))
    if not call.scope.is_admin:
        return json_answer(teams.reference(row))
    return resource_answer(teams.team_message(row), call.if_none_match)


@routes.patch("/v1/teams/{team_id}", body=TeamPatch(), answers={200: Team}, errors={409: "team_name_taken"})
async def update_team(call: Call) -> Answer:
    """Rename a team."""
    team_id = UUID(call.path["team_id"])
    name = checked_name(call.body["name"])

    def work(uow: UnitOfWork) -> Outcome:
        teams.rename_team(uow.connection, team_id, name, version=call.version)
        teams.directory_changed(uow)
        return {"status": 200, "id": str(team_id)}

    def render(connection: Connection, _: Outcome) -> Answer:
        return resource_answer(teams.team_message(teams.get_team(connection, team_id)))

    return await call.own_write(work, render)


@routes.delete(
    "/v1/teams/{team_id}",
    query=TeamRemoval(),
    answers={204: None},
    errors={409: "team_in_use", 503: "move_unfinished: ask again, it goes on where it was"},
)
async def delete_team(call: Call) -> Answer:
    """Remove a team.

    While customers or notes belong to it: 409, unless `move_to` names the team that gets them. Moving very
    many may take several calls: 503 `move_unfinished` says that the same call goes on.
    """
    team_id, heir = UUID(call.path["team_id"]), call.query["move_to"]
    await call.resources.database.read(lambda connection: _check_removal(connection, team_id, heir))
    if heir is not None:
        for service in _HOLDERS:  # deleted customers too, which no usage counts
            await _move(call, service, str(team_id), heir)
    await _check_unused(call, str(team_id))

    def work(uow: UnitOfWork) -> Outcome:
        teams.remove_team(uow.connection, team_id, version=call.version)
        teams.directory_changed(uow)
        return {"status": 204, "id": str(team_id)}

    return await call.own_write(work, lambda *_: no_content())


@routes.get("/v1/teams/{team_id}/members", query=PageQuery(), answers={200: page_of(Reference)})
async def list_members(call: Call) -> Answer:
    """The users in a team."""
    limit, after, team_id = (
        call.query["limit"],
        after_cursor(call.query["cursor"]),
        UUID(call.path["team_id"]),
    )

    def members(connection: Connection) -> list[object]:
        teams.get_team(connection, team_id)
        return teams.list_members(connection, team_id, limit=limit, after=after)

    return page_answer(cut(await call.resources.database.read(members), limit, teams.reference))


@routes.put("/v1/teams/{team_id}/members/{user_id}", answers={204: None})
async def add_member(call: Call) -> Answer:
    """Put a user into a team; nothing happens when they are in it."""

    def work(uow: UnitOfWork) -> Outcome:
        if teams.add_member(uow.connection, UUID(call.path["team_id"]), UUID(call.path["user_id"])):
            teams.directory_changed(uow)
        return {"status": 204}

    return await call.own_write(work, lambda *_: no_content())


@routes.delete("/v1/teams/{team_id}/members/{user_id}", answers={204: None}, if_match=IfMatch.IGNORED)
async def remove_member(call: Call) -> Answer:
    """Take a user out of a team. It holds from their next request."""

    def work(uow: UnitOfWork) -> Outcome:
        teams.remove_member(uow.connection, UUID(call.path["team_id"]), UUID(call.path["user_id"]))
        teams.directory_changed(uow)
        return {"status": 204}

    return await call.own_write(work, lambda *_: no_content())


def _check_removal(connection: Connection, team_id: UUID, heir: str | None) -> None:
    teams.get_team(connection, team_id)
    if heir is None:
        return
    if heir == str(team_id):
        raise Invalid.at("/move_to", "same_team", "It names the team that goes away.")
    teams.require_teams(connection, [heir], pointer="/move_to")


async def _check_unused(call: Call, team_id: str) -> None:
    found = await ask_parts(call, *(Part(service, "team_usage", (team_id,)) for service in _HOLDERS))
    used = {
        what: found.replies[service] for service, what in _HOLDERS.items() if found.replies[service][what]
    }
    if used:
        totals = {what: {"value": usage[what], "relation": usage["relation"]} for what, usage in used.items()}
        raise Conflict("team_in_use", totals)


async def _move(call: Call, service: str, team_id: str, heir: str) -> None:
    while time.time() < call.deadline - _SPARE_SECONDS:
        reply = await call.tell("move_team", team_id, heir, limit=_MOVE_AT_ONCE, service=service)
        if reply["moved"] == 0:
            return
    raise Unavailable("move_unfinished", {"retry_after": 1})
