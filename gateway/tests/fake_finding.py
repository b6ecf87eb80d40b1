"""Canned answers about saved filters and bulk actions."""

from __future__ import annotations

from typing import Any

from gateway.tests.canned import HIDDEN, KNOWN, MOMENT, Json, require
from servicekit.errors import Conflict, Forbidden, NotFound, Stale
from servicekit.rpc import rpc

PROBLEM = {"pointer": "/filter/value/0", "code": "option_archived", "detail": "this option is archived"}
SAVED = {
    "id": KNOWN, "name": "VIPs", "q": None, "filter": {"field": "tags", "op": "any_of", "value": [KNOWN]},
    "sort": "-created_at", "columns": ["name"], "shared_with_team": None, "owner": KNOWN, "mine": True,
    "problems": [PROBLEM], "time_zone": "UTC", "version": 3, "created_at": MOMENT, "updated_at": MOMENT,
}  # fmt: skip


def a_bulk(**changes: Any) -> Json:
    return {
        "id": KNOWN, "kind": "bulk", "action": "set_status", "arguments": {"status": "blocked"},
        "status": "running", "counts": {"changed": 1, "unchanged": 0, "refused": 0}, "problem": None,
        "progress": {"done": 1, "total": 2, "percent": 50.0, "rate": None, "eta_seconds": None},
        "cancel_requested": False, "created_by": KNOWN, "created_at": MOMENT, "started_at": MOMENT,
        "finished_at": None, "version": 5,
    } | changes  # fmt: skip


class Finding:
    """Mixin of CustomersService."""

    def __init__(self) -> None:
        self.calls: list[Json] = []

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
        require(bulk_id)
        return {"bulk": a_bulk(status="succeeded", finished_at=MOMENT)}

    @rpc
    def cancel_bulk(self, scope: Json, bulk_id: str) -> Json:
        require(bulk_id)
        return {"bulk": a_bulk(status="cancelled", cancel_requested=True)}

    @rpc
    def list_bulk(self, scope: Json, limit: int = 50, cursor: str | None = None) -> Json:
        return {"data": [a_bulk()], "next": None}

    @rpc
    def list_bulk_refusals(
        self, scope: Json, bulk_id: str, limit: int = 50, cursor: str | None = None
    ) -> Json:
        require(bulk_id)
        return {"data": [{"customer_id": HIDDEN, "code": "not_found", "detail": "none"}], "next": "more"}
