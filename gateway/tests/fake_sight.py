"""Who sees which customer, for the gateway's tests: each customer is in one team, put there by the test."""

from __future__ import annotations

from gateway.tests.canned import Json
from servicekit.rpc import rpc


class Sight:
    @rpc
    def visible(self, scope: Json, ids: list[str]) -> Json:
        mine = {each for each in ids if scope["role"] == "admin" or _TEAM_OF.get(each) in scope["team_ids"]}
        return {each: {"id": each, "members": [each]} for each in ids if each in mine}

    @rpc
    def put_in_team(self, scope: Json, customer_id: str, team_id: str) -> None:
        """For tests: from now on the customer is that team's."""
        _TEAM_OF[customer_id] = team_id


_TEAM_OF: dict[str, str] = {}
