"""Customers who may be one person, who became one, and whom somebody asks to see."""

from __future__ import annotations

import random

from deploy.local.system import RunningSystem
from tests.security.company_settings import allowed_duplicates
from tests.security.known import World
from tests.security.settled import wait_for_index
from tests.support.api import Api
from tests.support.waiting import eventually


class Alike:
    """Makes them, and notes the ids of pairs, merges and requests down by the kind of their customer."""

    def __init__(self, system: RunningSystem, admin: Api, world: World, *, rng: random.Random) -> None:
        self.system, self.admin, self.world, self.rng = system, admin, world, rng

    def merge(self, kind: str, primary: str, *duplicates: str) -> str:
        """The survivor stays in its own teams: nobody gains the sight of it."""
        teams = self.admin.get(f"/v1/customers/{primary}").json()["teams"]
        plan = {"primary": primary, "duplicates": list(duplicates)}
        answer = self.admin.post("/v1/merges", plan, If_Match="*")
        assert answer.status_code == 201, answer.text
        if sorted(answer.json()["customer"]["teams"]) != sorted(teams):
            patched = self.admin.patch(f"/v1/customers/{primary}", {"teams": teams})
            assert patched.status_code == 200, patched.text
        self.world.merges.setdefault(kind, []).append(answer.json()["id"])
        return str(answer.json()["id"])

    def merge_and_undo(self, kind: str, primary: str, duplicate: str) -> None:
        answer = self.admin.post(f"/v1/merges/{self.merge(kind, primary, duplicate)}/undo")
        assert answer.status_code == 200, answer.text

    def give_one_line(self, kind: str, customer: str, other: str) -> None:
        """Both have the phone of the first, as if duplicates had been allowed for a while."""
        point = {"kind": "phone", "value": self.world.phones[customer]}
        with allowed_duplicates(self.admin):
            answer = self.admin.patch(f"/v1/customers/{other}", {"contact_points": {"add": [point]}})
        assert answer.status_code == 200, answer.text
        wait_for_index(self.system)
        queue = self.admin.get("/v1/duplicates", customer=customer, shared="true").json()["data"]
        both = {customer, other}
        pair = next(pair for pair in queue if {each["id"] for each in pair["customers"]} == both)
        self.world.pairs.setdefault(kind, []).append(pair["id"])

    def token(self, caller: str, phone: str) -> str:
        """What a creation with somebody's phone tells who may not see them."""
        with Api(self.system.url, self.world.tokens[caller]) as api:
            refused = api.post("/v1/customers", {"name": "New", "phone": phone})
        assert refused.status_code == 409, refused.text
        token: str = refused.json()["access_request_token"]
        self.world.access_tokens.append(token)
        return token

    def ask_for(self, kind: str, caller: str, customer: str, decision: str | None = None) -> str:
        token = {"token": self.token(caller, self.world.phones[customer])}
        with Api(self.system.url, self.world.tokens[caller]) as api:
            request = api.created("/v1/access-requests", token)["id"]
        if decision:
            answer = self.admin.patch(f"/v1/access-requests/{request}", {"decision": decision})
            assert answer.status_code == 200, answer.text
        self.world.access_requests.setdefault(kind, []).append(request)
        return str(request)


def a_finished_scan(admin: Api) -> str:
    return _finished(admin, admin.post("/v1/duplicates/scans", {}).headers["location"])


def a_finished_bulk_merge(admin: Api) -> str:
    """One that only says what it would do."""
    asked = {"kind": "exact", "dry_run": True}
    return _finished(admin, admin.post("/v1/merges/bulk", asked).headers["location"])


def _finished(admin: Api, location: str) -> str:
    eventually(lambda: admin.get(location).json()["finished_at"], within=30)
    return location.rpartition("/")[2]
