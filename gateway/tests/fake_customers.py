"""A service named "customers" with canned answers, on the real bus: the gateway's tests need no more of it.

The ids in canned.py say what is there; names of new customers say what happens to them.
"""

from __future__ import annotations

import time
from typing import Any

from gateway.tests.canned import KNOWN, LETTER, MERGED, Json, a_customer, a_letter, require
from gateway.tests.fake_definitions import Definitions
from gateway.tests.fake_finding import PROBLEM, Finding
from gateway.tests.fake_merging import Merging
from gateway.tests.fake_outreach import Outreach
from gateway.tests.fake_past import Past
from gateway.tests.fake_sight import Sight
from servicekit.errors import Conflict, Duplicate, Forbidden, Invalid, NotFound, Stale, Unavailable
from servicekit.ids import new_id
from servicekit.rpc import rpc

BUSY_TEAM_NAME = "Busy"


class CustomersService(Definitions, Finding, Merging, Outreach, Past, Sight):
    name = "customers"

    @rpc
    def get_customer(self, scope: Json, customer_id: str) -> Json:
        if customer_id == MERGED:
            return {"moved_to": KNOWN}
        require(customer_id)
        return {"customer": a_customer(teams=scope["team_ids"])}

    @rpc
    def list_customers(
        self, scope: Json, limit: int, cursor: str | None, sort: str | None, include_total: bool = False,
        deleted: bool = False, q: str | None = None, filter: Any = None, saved_filter: str | None = None,
        time_zone: str | None = None,
    ) -> Json:  # fmt: skip
        if deleted and scope["role"] != "admin":
            raise Forbidden("forbidden", {})
        if sort == "-nonsense":
            raise Invalid.at("/sort", "unknown_field", "There is no such field.")
        if filter == {}:
            raise Invalid.at("/filter/field", "required", "Which field?")
        page: Json = {"data": [a_customer() for _ in range(limit)], "next": "next-page"}
        if saved_filter:
            page |= {"warnings": [PROBLEM], "capped": True}
        if q == "what was asked":
            asked = {"filter": filter, "time_zone": time_zone}
            page["data"] = [a_customer(custom=asked)]
        return page | ({"total": {"value": 1000, "relation": "gte"}} if include_total else {})

    @rpc
    def create_customer(
        self, scope: Json, data: Json, allow_duplicate: bool = False, idempotency: Json | None = None
    ) -> Json:
        behaviour = getattr(self, "_" + data["name"].partition(" ")[0].lower(), None)
        if behaviour is not None and not allow_duplicate:
            behaviour(scope)
        changes = {key: value for key, value in data.items() if key != "contact_points"}
        replayed = bool(idempotency and data["name"].endswith("again"))
        return {"customer": a_customer(str(new_id()), **changes), "warnings": [], "replayed": replayed}

    @rpc
    def update_customer(
        self, scope: Json, customer_id: str, patch: Json, version: int | None = None,
        allow_duplicate: bool = False, idempotency: Json | None = None,
    ) -> Json:  # fmt: skip
        if customer_id == MERGED:
            return {"moved_to": KNOWN}
        require(customer_id)
        if version not in (None, 3):
            raise Stale("stale", {"current": a_customer()})
        return {"customer": a_customer(version=4), "warnings": [], "replayed": False}

    @rpc
    def delete_customer(
        self, scope: Json, customer_id: str, version: int | None = None, idempotency: Json | None = None
    ) -> Json:
        require(customer_id)
        return {}

    @rpc
    def restore_customer(self, scope: Json, customer_id: str, idempotency: Json | None = None) -> Json:
        require(customer_id)
        return {"customer": a_customer()}

    @rpc
    def absorb_customer(
        self, scope: Json, customer_id: str, data: Json, mode: str = "merge", version: int | None = None,
        idempotency: Json | None = None,
    ) -> Json:  # fmt: skip
        if customer_id == MERGED:
            return {"moved_to": KNOWN}
        require(customer_id)
        return {"customer": a_customer(version=4), "warnings": [], "replayed": False}

    @rpc
    def team_usage(self, scope: Json, team_id: str) -> Json:
        moved = team_id in _MOVED
        used = not moved and team_id in _BUSY
        return {"customers": 7 if used else 0, "relation": "eq"}

    @rpc
    def use_team(self, scope: Json, team_id: str) -> None:
        """For tests: from now on the team has customers."""
        _BUSY.add(team_id)

    @rpc
    def was_moved(self, scope: Json, team_id: str) -> bool:
        """For tests: whether the team's customers went elsewhere."""
        return team_id in _MOVED

    @rpc
    def move_team(self, scope: Json, team_id: str, to: str, limit: int = 500) -> Json:
        moved = 0 if team_id in _MOVED else 7
        _MOVED.add(team_id)
        return {"moved": moved}

    @rpc
    def count_without_team(self, scope: Json) -> Json:
        return {"count": 5}

    @rpc
    def list_unknown_teams(self, scope: Json) -> Json:
        return {"data": [{"name": "Ghosts", "source": "/channels/web", "events": 3}]}

    @rpc
    def list_parked(self, scope: Json, limit: int = 50, after: Json | None = None) -> Json:
        return {"data": [a_letter(LETTER)] if after is None else [], "more": False}

    @rpc
    def has_parked(self, scope: Json, letter_id: str) -> Json:
        return {"found": letter_id == LETTER}

    @rpc
    def replay_parked(self, scope: Json, letter_id: str) -> None:
        if letter_id != LETTER:
            raise NotFound("parked_message_not_found", {})

    @rpc
    def discard_parked(self, scope: Json, letter_id: str) -> None:
        if letter_id != LETTER:
            raise NotFound("parked_message_not_found", {})

    @rpc
    def put_job(self, scope: Json, job: Json) -> None:
        """For tests: from now on the job is like this."""
        _JOBS[job["id"]] = job

    @rpc
    def get_job(self, scope: Json, job_id: str) -> Json:
        if job_id not in _JOBS or _JOBS[job_id]["created_by"] != scope["user_id"]:
            raise NotFound("job_not_found", {"id": job_id})
        return _JOBS[job_id]

    def _known(self, scope: Json) -> None:
        links = {"view": f"/v1/customers/{KNOWN}", "merge": f"/v1/customers/{KNOWN}/absorb",
                 "update": f"/v1/customers/{KNOWN}"}  # fmt: skip
        match = {"id": KNOWN, "name": "Maria Silva", "matched_on": ["phone"], "version": 3, "links": links}
        found = {"matched_on": ["phone"], "matches": [match], "restricted_match": False}
        raise Duplicate("duplicate_customer", found | {"access_request_token": None})

    def _restricted(self, scope: Json) -> None:
        found = {"matched_on": ["phone"], "matches": [], "restricted_match": True}
        raise Duplicate("duplicate_customer", found | {"access_request_token": "token"})

    def _curious(self, scope: Json) -> None:
        raise Conflict("duplicate_budget_exhausted", {"retry_after": 1234})

    def _broken(self, scope: Json) -> None:
        raise RuntimeError("maria@example.com broke it")

    def _busy(self, scope: Json) -> None:
        raise Unavailable("database_unavailable", {"retry_after": 3})

    def _slow(self, scope: Json) -> None:
        time.sleep(30)


_JOBS: dict[str, Json] = {}
_BUSY: set[str] = set()
_MOVED: set[str] = set()
