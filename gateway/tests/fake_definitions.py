"""Canned answers about what administrators define: settings, custom fields and tags."""

from __future__ import annotations

from gateway.tests.canned import HIDDEN, KNOWN, Json, require
from servicekit.errors import Conflict, Forbidden, NotFound, Stale
from servicekit.rpc import rpc

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


class Definitions:
    """Mixin of CustomersService."""

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
        require(option_id)
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
        require(tag_id)
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
        require(tag_id)
        if version not in (None, 3):
            raise Stale("stale", {"current": TAG})
        return {"id": tag_id}

    def _field_at(self, key: str, version: int) -> Json:
        field = self.get_custom_field({}, key)
        if version != 2:
            raise Stale("stale", {"current": field})
        return field
