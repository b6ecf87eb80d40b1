"""A service named "customers" with canned answers, on the real bus: the gateway's tests need no more of it.

The ids at the top say what is there; names of new customers say what happens to them.
"""

from __future__ import annotations

import time
from typing import Any

from servicekit.errors import Conflict, Duplicate, Forbidden, Invalid, NotFound, Stale, Unavailable
from servicekit.ids import new_id
from servicekit.rpc import rpc

KNOWN = "01930000-0000-7000-8000-000000000001"
MERGED = "01930000-0000-7000-8000-000000000002"
HIDDEN = "01930000-0000-7000-8000-000000000003"
LETTER = "01930000-0000-7000-8000-000000000004"
BUSY_TEAM_NAME = "Busy"
MOMENT = "2026-01-02T03:04:05.678901Z"

Json = dict[str, Any]
FIELD = {
    "key": "plan", "label": "Plan", "type": "select", "required": False, "help": "", "position": 1,
    "archived": False, "version": 2,
    "options": [{"id": KNOWN, "label": "Gold", "colour": None, "position": 1, "archived": False}],
}  # fmt: skip
SETTINGS = {
    "allow_duplicates": False, "hide_contact_data": False, "default_region": "BR", "time_zone": "UTC",
    "default_team": None, "channel_teams": {}, "agents_may_import": False, "agents_may_export": False,
    "version": 3,
}  # fmt: skip
TAG = {
    "id": KNOWN, "name": "vip", "colour": "#ff0000", "customers": {"value": 1000, "relation": "gte"},
    "version": 3,
}  # fmt: skip

PARKED = {
    "id": LETTER, "exchange": "channel.events", "routing_key": "conversation.started.v1", "event_type": None,
    "content_type": None, "body_size": 3, "body_complete": True, "reason": "not_json", "detail": "at byte 0",
    "attempts": 1, "first_seen": MOMENT, "last_seen": MOMENT,
}  # fmt: skip

PROBLEM = {"pointer": "/filter/value/0", "code": "option_archived", "detail": "this option is archived"}
SAVED = {
    "id": KNOWN, "name": "VIPs", "q": None, "filter": {"field": "tags", "op": "any_of", "value": [KNOWN]},
    "sort": "-created_at", "columns": ["name"], "shared_with_team": None, "owner": KNOWN, "mine": True,
    "problems": [PROBLEM], "time_zone": "UTC", "version": 3, "created_at": MOMENT, "updated_at": MOMENT,
}  # fmt: skip


def a_customer(customer_id: str = KNOWN, **changes: Any) -> Json:
    return {
        "id": customer_id, "name": "Maria Silva", "email": "maria@example.com", "phone": None,
        "whatsapp": None, "contact_points": [], "tags": ["vip"], "teams": [], "assignee": None,
        "status": "active", "channel": "manual", "custom": {}, "created_at": MOMENT, "updated_at": MOMENT,
        "last_interaction_at": None, "version": 3,
    } | changes  # fmt: skip


def a_bulk(**changes: Any) -> Json:
    return {
        "id": KNOWN, "kind": "bulk", "action": "set_status", "arguments": {"status": "blocked"},
        "status": "running", "counts": {"changed": 1, "unchanged": 0, "refused": 0}, "problem": None,
        "progress": {"done": 1, "total": 2, "percent": 50.0, "rate": None, "eta_seconds": None},
        "cancel_requested": False, "created_by": KNOWN, "created_at": MOMENT, "started_at": MOMENT,
        "finished_at": None, "version": 5,
    } | changes  # fmt: skip


class CustomersService:
    name = "customers"

    def __init__(self) -> None:
        self.calls: list[Json] = []

    @rpc
    def get_customer(self, scope: Json, customer_id: str) -> Json:
        if customer_id == MERGED:
            return {"moved_to": KNOWN}
        _require(customer_id)
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
        _require(customer_id)
        if version not in (None, 3):
            raise Stale("stale", {"current": a_customer()})
        return {"customer": a_customer(version=4), "warnings": [], "replayed": False}

    @rpc
    def delete_customer(
        self, scope: Json, customer_id: str, version: int | None = None, idempotency: Json | None = None
    ) -> Json:
        _require(customer_id)
        return {}

    @rpc
    def restore_customer(self, scope: Json, customer_id: str, idempotency: Json | None = None) -> Json:
        _require(customer_id)
        return {"customer": a_customer()}

    @rpc
    def absorb_customer(
        self, scope: Json, customer_id: str, data: Json, mode: str = "merge", version: int | None = None,
        idempotency: Json | None = None,
    ) -> Json:  # fmt: skip
        if customer_id == MERGED:
            return {"moved_to": KNOWN}
        _require(customer_id)
        return {"customer": a_customer(version=4), "warnings": [], "replayed": False}

    @rpc
    def list_history(
        self, scope: Json, customer_id: str, kinds: list[str] | None = None, cursor: str | None = None,
        limit: int = 50, since: str | None = None, until: str | None = None,
    ) -> Json:  # fmt: skip
        if customer_id == MERGED:
            return {"moved_to": KNOWN}
        _require(customer_id)
        kind = (kinds or ["conversation"])[0]
        return {"data": [{"id": LETTER, "kind": kind, "at": MOMENT}], "next": None}

    @rpc
    def filter_schema(self, scope: Json) -> Json:
        option = {"id": "active", "label": "Active", "colour": None, "archived": False}
        status = {"field": "status", "label": "Status", "type": "select", "ops": ["eq"], "sortable": False}
        limits = {"depth": 4, "leaves": 100, "values": 100, "text": 200}
        fields = [status | {"options": [option]}]
        return {"fields": fields, "limits": limits, "units": ["day"], "time_zone": "UTC"}

    @rpc
    def list_saved_filters(self, scope: Json, limit: int = 50, cursor: str | None = None) -> Json:
        return {"data": [SAVED], "next": None}

    @rpc
    def get_saved_filter(self, scope: Json, filter_id: str) -> Json:
        return self._saved(filter_id, None)

    @rpc
    def create_saved_filter(
        self, scope: Json, data: Json, time_zone: str | None = None, idempotency: Json | None = None
    ) -> Json:
        if data["name"] == SAVED["name"]:
            raise Conflict("filter_exists", {"saved_filter": {"id": KNOWN, "name": SAVED["name"]}})
        return SAVED | data | {"version": 1, "time_zone": time_zone or "UTC", "replayed": False}

    @rpc
    def update_saved_filter(
        self, scope: Json, filter_id: str, patch: Json, version: int | None = None,
        time_zone: str | None = None, idempotency: Json | None = None,
    ) -> Json:  # fmt: skip
        return self._saved(filter_id, version) | patch | {"version": 4, "replayed": False}

    @rpc
    def delete_saved_filter(self, scope: Json, filter_id: str, version: int | None = None) -> Json:
        return {"id": self._saved(filter_id, version)["id"]}

    def _saved(self, filter_id: str, version: int | None) -> Json:
        if filter_id != KNOWN:
            raise NotFound("saved_filter_not_found", {})
        if version not in (None, SAVED["version"]):
            raise Stale("stale", {"current": SAVED})
        return SAVED

    @rpc
    def get_settings(self, scope: Json) -> Json:
        if scope["role"] == "connector":
            raise Forbidden("people_only", {})
        return SETTINGS

    @rpc
    def update_settings(self, scope: Json, patch: Json, version: int) -> Json:
        if version != 3:
            raise Stale("stale", {"current": SETTINGS})
        return SETTINGS | patch | {"version": 4}

    @rpc
    def list_custom_fields(self, scope: Json, archived: bool = False) -> Json:
        return {"data": [FIELD]}

    @rpc
    def get_custom_field(self, scope: Json, key: str) -> Json:
        if key != "plan":
            raise NotFound("custom_field_not_found", {"key": key})
        return FIELD

    @rpc
    def create_custom_field(self, scope: Json, data: Json) -> Json:
        if data["key"] == "plan":
            raise Conflict("field_exists", {"key": "plan"})
        return FIELD | {"options": [], "version": 1} | {k: v for k, v in data.items() if k != "options"}

    @rpc
    def update_custom_field(self, scope: Json, key: str, patch: Json, version: int) -> Json:
        return self._field_at(key, version) | patch | {"version": 3}

    @rpc
    def archive_custom_field(self, scope: Json, key: str, version: int) -> Json:
        return self._field_at(key, version) | {"archived": True}

    @rpc
    def unarchive_custom_field(self, scope: Json, key: str, version: int) -> Json:
        return self._field_at(key, version)

    @rpc
    def list_options(self, scope: Json, key: str) -> Json:
        return {"data": self._field_at(key, 2)["options"], "version": 2}

    @rpc
    def add_option(self, scope: Json, key: str, data: Json, version: int) -> Json:
        return self._field_at(key, version) | {"version": 3}

    @rpc
    def update_option(
        self, scope: Json, key: str, option_id: str, patch: Json, version: int, dry_run: bool = False
    ) -> Json:
        field = self._field_at(key, version)
        _require(option_id)
        if patch.get("label") == "Silver":
            holder = {"id": HIDDEN, "label": "Silver", "archived": False}
            raise Conflict("option_exists", {"option": holder, "offer": {"merge_into": HIDDEN}})
        warning = {"kind": "saved_filter", "name": "Golden", "follows": True}
        field = field if dry_run else field | {"version": 3}
        return {"affected": 7, "warnings": [warning], "field": field}

    @rpc
    def archive_option(self, scope: Json, key: str, option_id: str, version: int) -> Json:
        return self.update_option(scope, key, option_id, {"archived": True}, version)

    @rpc
    def list_tags(self, scope: Json, limit: int, cursor: str | None, q: str | None = None) -> Json:
        return {"data": [TAG] if "vip".startswith(q or "") else [], "next": None}

    @rpc
    def get_tag(self, scope: Json, tag_id: str) -> Json:
        _require(tag_id)
        return TAG

    @rpc
    def create_tag(self, scope: Json, data: Json, idempotency: Json | None = None) -> Json:
        if data["name"] == "vip":
            raise Conflict("tag_exists", {"tag": TAG})
        return {"id": KNOWN, "tag": TAG | data, "replayed": bool(idempotency)}

    @rpc
    def update_tag(
        self, scope: Json, tag_id: str, patch: Json, version: int | None = None,
        idempotency: Json | None = None,
    ) -> Json:  # fmt: skip
        self.delete_tag(scope, tag_id, version)
        return {"id": KNOWN, "tag": TAG | {"version": 4}, "replayed": bool(idempotency)}

    @rpc
    def delete_tag(self, scope: Json, tag_id: str, version: int | None = None) -> Json:
        _require(tag_id)
        if version not in (None, 3):
            raise Stale("stale", {"current": TAG})
        return {"id": tag_id}

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
    def list_parked(self, scope: Json, limit: int = 50, cursor: str | None = None) -> Json:
        return {"data": [PARKED], "next": None}

    @rpc
    def replay_parked(self, scope: Json, letter_id: str) -> None:
        if letter_id != LETTER:
            raise NotFound("parked_message_not_found", {})

    @rpc
    def discard_parked(self, scope: Json, letter_id: str) -> None:
        if letter_id != LETTER:
            raise NotFound("parked_message_not_found", {})

    @rpc
    def start_bulk(
        self, scope: Json, data: Json, time_zone: str | None = None, idempotency: Json | None = None
    ) -> Json:
        self.calls.append({"data": data, "time_zone": time_zone, "idempotency": idempotency})
        if data["dry_run"]:
            return {"dry_run": True, "matched": {"value": 12, "relation": "eq"}}
        if data["action"] == "delete" and scope["role"] != "admin":
            raise Forbidden("administrators_only")
        replayed = bool(idempotency) and any(c["idempotency"] == idempotency for c in self.calls[:-1])
        return {"bulk": a_bulk(arguments={"time_zone": time_zone}), "replayed": replayed}

    @rpc
    def get_bulk(self, scope: Json, bulk_id: str) -> Json:
        _require(bulk_id)
        return {"bulk": a_bulk(status="succeeded", finished_at=MOMENT)}

    @rpc
    def cancel_bulk(self, scope: Json, bulk_id: str) -> Json:
        _require(bulk_id)
        return {"bulk": a_bulk(status="cancelled", cancel_requested=True)}

    @rpc
    def list_bulk(self, scope: Json, limit: int = 50, cursor: str | None = None) -> Json:
        return {"data": [a_bulk()], "next": None}

    @rpc
    def list_bulk_refusals(
        self, scope: Json, bulk_id: str, limit: int = 50, cursor: str | None = None
    ) -> Json:
        _require(bulk_id)
        return {"data": [{"customer_id": HIDDEN, "code": "not_found", "detail": "none"}], "next": "more"}

    @rpc
    def put_job(self, scope: Json, job: Json) -> None:
        """For tests: from now on the job is like this."""
        _JOBS[job["id"]] = job

    @rpc
    def get_job(self, scope: Json, job_id: str) -> Json:
        if job_id not in _JOBS or _JOBS[job_id]["created_by"] != scope["user_id"]:
            raise NotFound("job_not_found", {"id": job_id})
        return _JOBS[job_id]

    def _field_at(self, key: str, version: int) -> Json:
        field = self.get_custom_field({}, key)
        if version != 2:
            raise Stale("stale", {"current": field})
        return field

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


def _require(customer_id: str) -> None:
    if customer_id != KNOWN:
        raise NotFound("customer_not_found", {"id": customer_id})
