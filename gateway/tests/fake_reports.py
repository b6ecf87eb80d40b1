"""A service named "reports" with canned answers, on the real bus.

It answers with what it was asked, for tests to see.
"""

from __future__ import annotations

from typing import Any

from gateway.tests.canned import HIDDEN, KNOWN, MOMENT, Json
from servicekit.errors import Conflict, NotFound, Stale
from servicekit.rpc import rpc

PROGRESS = {"done": 0, "total": None, "percent": None, "rate": None, "eta_seconds": None}
GROUPING = {"field": "status"}
_FILE: Json = {}


def a_report(**changes: Any) -> Json:
    row = {
        "level": 1, "values": ["active"], "labels": ["active"], "spellings": {}, "cells": {}, "total": 2,
        "customers": 2,
    }  # fmt: skip
    return {
        "columns": [{"key": "status", "kind": "grouping", "label": "Status", "field": "status"}],
        "rows": [row], "grand_total": 2, "grand": {"cells": {}, "customers": 2}, "customers": 2,
        "values": [{"field": "status", "values": [{"value": "active", "customers": 2}], "more": 0}],
        "suggestions": [], "chart": {"kind": "bar", "labels": ["active"], "series": []}, "warnings": [],
        "source": {}, "as_of": MOMENT,
    } | changes  # fmt: skip


def an_upload(**changes: Any) -> Json:
    column = {
        "field": "status", "label": "status", "type": "text", "samples": ["active"], "filled": 2,
        "distinct": 1,
    }  # fmt: skip
    return {
        "id": KNOWN, "kind": "report_upload", "status": "succeeded", "filename": "a.json", "size": 9,
        "rows": 2, "dropped": 0, "columns": [column], "problems": [], "problem": None, "progress": PROGRESS,
        "created_by": KNOWN, "created_at": MOMENT, "expires_at": MOMENT, "version": 2,
        "links": {"self": f"/v1/reports/uploads/{KNOWN}"},
    } | changes  # fmt: skip


def a_template(**changes: Any) -> Json:
    return {
        "id": KNOWN, "name": "By status", "configuration": {"groupings": [GROUPING]}, "source": None,
        "shared": None, "owner": KNOWN, "mine": True, "warnings": [], "version": 2, "created_at": MOMENT,
        "updated_at": MOMENT,
    } | changes  # fmt: skip


def a_run(**changes: Any) -> Json:
    return {
        "id": KNOWN, "kind": "report_run", "status": "succeeded", "name": "By status", "source": {},
        "progress": PROGRESS, "result": {"rows": 1}, "problem": None, "created_by": KNOWN,
        "created_at": MOMENT, "started_at": MOMENT, "finished_at": MOMENT, "version": 4, "links": {},
    } | changes  # fmt: skip


class _Reports:
    @rpc
    def report_schema(self, scope: Json) -> Json:
        field = {
            "field": "status",
            "label": "Status",
            "type": "status",
            "contact": False,
            "rules": ["equals"],
        }
        return {
            "fields": [field], "aliases": ["countries"], "units": ["day"],
            "totals": ["count"], "masked": False, "limits": {"groupings": 4}, "time_zone": "UTC",
        }  # fmt: skip

    @rpc(grouped=False)
    def preview(
        self,
        scope: Json,
        source: Json,
        configuration: Json,
        form: str | None = None,
        shape: str | None = None,
        time_zone: str | None = None,
    ) -> Json:
        if form == "an older one":
            raise Conflict("superseded")
        asked = {"source": source, "configuration": configuration, "form": form, "time_zone": time_zone}
        return a_report(source=asked, **({"tree": {"children": []}} if shape == "tree" else {}))

    @rpc
    def may_upload(self, scope: Json) -> Json:
        return {}

    @rpc
    def create_upload(self, scope: Json, upload: Json, idempotency: Json | None = None) -> Json:
        named = {name: upload[name] for name in ("filename", "size")} | {
            "folder": upload["key"].split("/")[0]
        }
        return {"upload": an_upload(**named), "replayed": False}

    @rpc
    def list_uploads(self, scope: Json, limit: int = 50, cursor: str | None = None) -> Json:
        return {"data": [an_upload()], "next": None}

    @rpc
    def get_upload(self, scope: Json, upload_id: str) -> Json:
        _require(upload_id)
        return {"upload": an_upload()}

    @rpc
    def delete_upload(self, scope: Json, upload_id: str) -> Json:
        _require(upload_id)
        return {"id": upload_id}


class _Templates:
    @rpc
    def create_configuration(self, scope: Json, data: Json, idempotency: Json | None = None) -> Json:
        if data["name"] == "taken":
            raise Conflict("configuration_exists", {"configuration": {"id": KNOWN, "name": "taken"}})
        return {"configuration": a_template(**data), "replayed": False}

    @rpc
    def list_configurations(self, scope: Json, limit: int = 50, cursor: str | None = None) -> Json:
        return {"data": [a_template()], "next": None}

    @rpc
    def get_configuration(self, scope: Json, configuration_id: str) -> Json:
        _require(configuration_id)
        return {"configuration": a_template()}

    @rpc
    def update_configuration(
        self,
        scope: Json,
        configuration_id: str,
        patch: Json,
        version: int | None = None,
        idempotency: Json | None = None,
    ) -> Json:
        _require(configuration_id)
        if version not in (None, 2):
            raise Stale("stale", {"current": a_template()})
        return {"configuration": a_template(**patch), "replayed": False}

    @rpc
    def duplicate_configuration(
        self, scope: Json, configuration_id: str, data: Json, idempotency: Json | None = None
    ) -> Json:
        return {"configuration": a_template(**data), "replayed": bool(idempotency)}

    @rpc
    def delete_configuration(self, scope: Json, configuration_id: str, version: int | None = None) -> Json:
        _require(configuration_id)
        return {"id": configuration_id}

    @rpc(grouped=False)
    def configuration_result(
        self,
        scope: Json,
        configuration_id: str,
        source: Json | None = None,
        shape: str | None = None,
        csv: Json | None = None,
        time_zone: str | None = None,
    ) -> Json:
        _require(configuration_id)
        if csv:
            return {"csv": f"\ufeffStatus{csv['separator']}Total\r\n", "filename": "By status.csv"}
        return a_report(source={"asked": source, "shape": shape, "time_zone": time_zone})

    @rpc
    def templates_naming(self, scope: Json, renamed: Json) -> list[Json]:
        follow = dict.fromkeys([*renamed["options"], *renamed["tags"]], True)
        follow |= dict.fromkeys(renamed["labels"], False)
        return [
            {"kind": "report_template", "id": KNOWN, "name": name, "follows": follows}
            for name, follows in follow.items()
        ]


class _Runs:
    @rpc
    def create_run(
        self, scope: Json, data: Json, time_zone: str | None = None, idempotency: Json | None = None
    ) -> Json:
        return {"run": a_run(source={"asked": data, "time_zone": time_zone}), "replayed": bool(idempotency)}

    @rpc
    def list_runs(self, scope: Json, limit: int = 50, cursor: str | None = None) -> Json:
        return {"data": [a_run()], "next": None}

    @rpc
    def get_run(self, scope: Json, run_id: str) -> Json:
        _require(run_id)
        return {"run": a_run()}

    @rpc
    def cancel_run(self, scope: Json, run_id: str) -> Json:
        _require(run_id)
        return {"run": a_run(status="cancelled")}

    @rpc
    def list_parked(self, scope: Json, limit: int = 50, after: Json | None = None) -> Json:
        return {"data": [], "more": False}

    @rpc
    def has_parked(self, scope: Json, letter_id: str) -> Json:
        return {"found": False}

    @rpc
    def put_result(self, scope: Json, file: Json) -> None:
        """For tests: from now on this is the file that is asked for."""
        _FILE.update(file)

    @rpc
    def run_file(self, scope: Json, run_id: str, format: str) -> Json:
        _require(run_id)
        kind = {"csv": "text/csv; charset=utf-8", "json": "application/json"}[format]
        return {"file": _FILE | {"content_type": kind, "filename": f"By status.{format}"}}


class ReportsService(_Reports, _Templates, _Runs):
    name = "reports"


def _require(known: str) -> None:
    if known == HIDDEN:
        raise NotFound("report_not_found")
