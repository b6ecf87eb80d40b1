"""API keys: programs with rights of their own."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from gateway.accounts import keys, teams
from gateway.accounts.rules import checked_key, checked_name
from gateway.answers import Answer, created, no_content, page_answer
from gateway.call import Call, Outcome
from gateway.operations import IfMatch, Routes
from gateway.paging import after_cursor, cut
from gateway.schemas.accounts import ApiKey, ApiKeyOnce, NewApiKey
from gateway.schemas.common import PageQuery, page_of
from servicekit.clock import parse_rfc3339, utc_now
from servicekit.database.unit_of_work import UnitOfWork
from servicekit.errors import Invalid

routes = Routes("API keys")


@routes.get("/v1/api-keys", query=PageQuery(), answers={200: page_of(ApiKey)})
async def list_api_keys(call: Call) -> Answer:
    """The keys that work. Their tokens cannot be read again."""
    limit, after = call.query["limit"], after_cursor(call.query["cursor"])
    rows = await call.resources.database.read(lambda c: keys.list_keys(c, limit=limit, after=after))
    return page_answer(cut(rows, limit, keys.key_message))


@routes.post("/v1/api-keys", body=NewApiKey(), answers={201: ApiKeyOnce})
async def create_api_key(call: Call) -> Answer:
    """Make a key; its token is shown in this answer only.

    A connector's key is bound to a source prefix, and to teams if it names any. An agent's key sees
    what an agent of its teams sees.
    """
    body = checked_key(call.body)
    name, expires_at = checked_name(body["name"]), _future(body.get("expires_at"))
    shown: dict[str, str] = {}

    def work(uow: UnitOfWork) -> Outcome:
        key_id, shown["token"] = keys.add_key(
            uow.connection,
            name=name,
            role=body["role"],
            source=body.get("source"),
            expires_at=expires_at,
            team_ids=teams.require_teams(uow.connection, body["teams"], pointer="/teams"),
            created_by=UUID(call.caller.user_id),
        )
        return {"status": 201, "id": str(key_id)}

    def render(connection: Connection, outcome: Outcome) -> Answer:
        key = keys.key_message(keys.get_key(connection, UUID(outcome["id"])))
        return created(key | {"token": shown.get("token")}, f"/v1/api-keys/{key['id']}")

    return await call.own_write(work, render)


@routes.delete("/v1/api-keys/{key_id}", answers={204: None}, if_match=IfMatch.IGNORED)
async def revoke_api_key(call: Call) -> Answer:
    """Revoke a key: it stops working at once."""

    def work(uow: UnitOfWork) -> Outcome:
        keys.revoke_key(uow.connection, UUID(call.path["key_id"]))
        return {"status": 204}

    return await call.own_write(work, lambda *_: no_content())


def _future(text: str | None) -> datetime | None:
    if text is None:
        return None
    moment = parse_rfc3339(text)
    if moment <= utc_now():
        raise Invalid.at("/expires_at", "in_the_past", "A key that has expired is of no use.")
    return moment
