"""What administrators should look at: teams that events name and nobody knows, customers without a team."""

from __future__ import annotations

from gateway.answers import Answer, json_answer, page_answer
from gateway.call import Call
from gateway.operations import Routes
from gateway.schemas.common import Count, UnknownTeam, page_of

routes = Routes("Teams")


@routes.get("/v1/unknown-teams", answers={200: page_of(UnknownTeam)})
async def list_unknown_teams(call: Call) -> Answer:
    """Team names in events that match no team; those customers are seen by administrators only."""
    return page_answer({"next": None} | await call.ask("list_unknown_teams"))


@routes.get("/v1/customers/without-team", answers={200: Count})
async def count_customers_without_team(call: Call) -> Answer:
    """How many customers belong to no team, and so are seen by administrators only."""
    return json_answer(await call.ask("count_without_team"))
