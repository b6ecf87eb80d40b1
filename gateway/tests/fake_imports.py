"""A service named "import_export" with canned answers, on the real bus.

Names of files say what happens to them. It remembers what it was told, for tests to see.
"""

from __future__ import annotations

import base64
from typing import Any

from gateway.tests.canned import HIDDEN, KNOWN, MOMENT, SLOW, Json
from servicekit.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from servicekit.rpc import rpc

PROGRESS = {"done": 0, "total": None, "percent": None, "rate": None, "eta_seconds": None}
COUNTS = dict.fromkeys(("created", "updated", "merged", "unchanged", "skipped", "refused", "needs_review"), 0)

_STATE: Json = {"file": {}, "reads": 0, "closed": False}
_UPLOADS: list[Json] = []
_SEEN: dict[str, Json] = {}  # by key of idempotency


def an_import(**changes: Any) -> Json:
    column = {"index": 0, "header": "Name", "letter": "A", "samples": ["Ana"], "filled": 1}
    return {
        "id": KNOWN, "kind": "import", "status": "awaiting_input", "phase": "mapping", "filename": "a.csv",
        "size": 9, "detected": {"format": "csv", "header_row": 1, "columns": [column], "rows": 1},
        "suggested_mapping": {"columns": [], "complete": True}, "mapping": None, "options": None,
        "progress": PROGRESS, "counts": COUNTS, "blank": 0, "issues": [], "unknown_options": [],
        "samples": None, "same_file": [], "drifted": 0, "undo": None, "undo_until": None, "problem": None,
        "created_by": KNOWN, "created_at": MOMENT, "started_at": None, "finished_at": None, "version": 3,
        "links": {"self": f"/v1/imports/{KNOWN}"},
    } | changes  # fmt: skip


def a_row(**changes: Any) -> Json:
    return {
        "n": 2, "cells": {"Name": "Ana", "Phone": None}, "outcome": "needs_review", "customer": None,
        "code": "two_customers", "errors": [], "warnings": [], "candidates": [KNOWN], "drifted": False,
    } | changes  # fmt: skip


def _listed(whole: Json) -> Json:
    """Without what is shown of one alone."""
    long = {"detected", "suggested_mapping", "mapping", "issues", "unknown_options", "samples", "same_file"}
    return {name: value for name, value in whole.items() if name not in {*long, "undo", "columns"}}


def an_export(**changes: Any) -> Json:
    return {
        "id": KNOWN, "kind": "export", "status": "succeeded", "format": "csv", "columns": ["id", "name"],
        "progress": PROGRESS, "problem": None, "created_by": KNOWN, "created_at": MOMENT,
        "started_at": MOMENT, "finished_at": MOMENT, "version": 4, "links": {},
    } | changes  # fmt: skip


def a_mapping(**changes: Any) -> Json:
    return {
        "id": KNOWN, "name": "Shop", "mapping": {"columns": []}, "shared": False, "version": 2,
        "created_at": MOMENT, "updated_at": MOMENT,
    } | changes  # fmt: skip


class _Imports:
    @rpc
    def what_came(self, scope: Json) -> list[Json]:
        return _UPLOADS

    @rpc
    def put_file(self, scope: Json, file: Json) -> None:
        """For tests: from now on this is the file that is asked for."""
        _STATE["file"] = file

    @rpc
    def close_imports(self, scope: Json, closed: bool) -> None:
        """For tests: whether the settings let agents import."""
        _STATE["closed"] = closed

    @rpc
    def may_import(self, scope: Json) -> Json:
        if _STATE["closed"] and scope["role"] != "admin":
            raise Forbidden("imports_forbidden")
        return {}

    @rpc
    def create_import(self, scope: Json, upload: Json, idempotency: Json | None = None) -> Json:
        earlier = _SEEN.get(idempotency["key"]) if idempotency else None
        if earlier is not None and earlier["hash"] != idempotency["hash"]:
            raise Invalid.at("/Idempotency-Key", "idempotency_key_reused", "Another request had it.")
        if earlier is not None:
            return {"import": an_import(filename=earlier["filename"]), "replayed": True}
        named = {name: upload[name] for name in ("filename", "size")}
        if named["filename"].startswith("refused"):
            raise Conflict("no_room")
        if idempotency:
            _SEEN[idempotency["key"]] = {**idempotency, "filename": upload["filename"]}
        _UPLOADS.append(upload)
        if named["filename"].startswith("slow"):
            named |= {"id": SLOW, "status": "running", "phase": "reading", "detected": None}
        _STATE["reads"] = 0
        return {"import": an_import(**named), "replayed": False}

    @rpc
    def get_import(self, scope: Json, import_id: str) -> Json:
        if import_id == SLOW:
            _STATE["reads"] += 1
            return {"import": an_import(id=SLOW, phase="reading" if _STATE["reads"] < 2 else "mapping")}
        _require(import_id)
        return {"import": an_import(status="partially_failed", phase="finished", finished_at=MOMENT)}

    @rpc
    def list_imports(self, scope: Json, limit: int = 50, cursor: str | None = None) -> Json:
        return {"data": [_listed(an_import())], "next": "more" if limit == 1 else None}

    @rpc
    def set_mapping(self, scope: Json, import_id: str, mapping: Json, version: int | None = None) -> Json:
        _require(import_id)
        if version not in (None, 3):
            raise Stale("stale", {"current": an_import()})
        return {"import": an_import(mapping=mapping)}

    @rpc
    def check_import(self, scope: Json, import_id: str, options: Json) -> Json:
        _require(import_id)
        return {"import": an_import(status="queued", phase="checking", options=options)}

    @rpc
    def start_import(
        self, scope: Json, import_id: str, options: Json, idempotency: Json | None = None
    ) -> Json:
        _require(import_id)
        if options.get("policy") == "create":
            raise Conflict("check_first")
        return {"import": an_import(status="queued", phase="running", options=options), "replayed": False}

    @rpc
    def cancel_import(self, scope: Json, import_id: str) -> Json:
        _require(import_id)
        return {"import": an_import(status="cancelled", phase="cancelled")}

    @rpc
    def undo_import(self, scope: Json, import_id: str, idempotency: Json | None = None) -> Json:
        _require(import_id)
        return {"import": an_import(status="queued", phase="undoing"), "replayed": bool(idempotency)}

    @rpc
    def list_rows(
        self, scope: Json, import_id: str, result: str | None = None, limit: int = 50,
        cursor: str | None = None,
    ) -> Json:  # fmt: skip
        _require(import_id)
        return {"data": [a_row(outcome=result)], "next": None}

    @rpc
    def get_row(self, scope: Json, import_id: str, n: int) -> Json:
        _require(import_id)
        return {"row": a_row(n=n)}

    @rpc
    def decide_row(self, scope: Json, import_id: str, n: int, decision: Json) -> Json:
        _require(import_id)
        return {"row": a_row(n=n, outcome="merged", code=None, customer=decision.get("customer"))}

    @rpc
    def refused_file(self, scope: Json, import_id: str, format: str) -> Json:
        _require(import_id)
        return {"file": _STATE["file"]}

    @rpc
    def upload_file(self, scope: Json, import_id: str) -> Json:
        _require(import_id)
        return {"file": _STATE["file"]}

    @rpc
    def template(self, scope: Json, format: str = "csv", language: str = "en") -> Json:
        content = base64.b64encode(f"{format} in {language}".encode()).decode()
        return {"filename": f"modèle.{format}", "content_type": "text/csv", "content": content}


class _Mappings:
    @rpc
    def mappings_naming(self, scope: Json, labels: list[str]) -> list[Json]:
        return [{"kind": "import_mapping", "id": KNOWN, "name": label, "follows": False} for label in labels]

    @rpc
    def list_mappings(self, scope: Json, limit: int = 50, cursor: str | None = None) -> Json:
        return {"data": [a_mapping()], "next": None}

    @rpc
    def get_mapping(self, scope: Json, mapping_id: str) -> Json:
        _require(mapping_id)
        return {"mapping": a_mapping()}

    @rpc
    def create_mapping(self, scope: Json, data: Json, idempotency: Json | None = None) -> Json:
        return {"mapping": a_mapping(**data), "replayed": bool(idempotency)}

    @rpc
    def update_mapping(
        self, scope: Json, mapping_id: str, patch: Json, version: int | None = None,
        idempotency: Json | None = None,
    ) -> Json:  # fmt: skip
        _require(mapping_id)
        if version not in (None, 2):
            raise Stale("stale", {"current": a_mapping()})
        return {"mapping": a_mapping(**patch), "replayed": False}

    @rpc
    def delete_mapping(self, scope: Json, mapping_id: str, version: int | None = None) -> Json:
        _require(mapping_id)
        return {"id": mapping_id}


class _Exports:
    @rpc
    def create_export(
        self, scope: Json, data: Json, time_zone: str | None = None, idempotency: Json | None = None
    ) -> Json:
        asked = {"selection": data["selection"], "time_zone": time_zone, "options": data.get("options")}
        return {"export": an_export(options=asked, format=data["format"]), "replayed": bool(idempotency)}

    @rpc
    def list_exports(self, scope: Json, limit: int = 50, cursor: str | None = None) -> Json:
        return {"data": [_listed(an_export())], "next": None}

    @rpc
    def get_export(self, scope: Json, export_id: str) -> Json:
        _require(export_id)
        return {"export": an_export()}

    @rpc
    def cancel_export(self, scope: Json, export_id: str) -> Json:
        _require(export_id)
        return {"export": an_export(status="cancelled")}

    @rpc
    def export_file(self, scope: Json, export_id: str) -> Json:
        _require(export_id)
        if export_id == SLOW:
            raise Forbidden("export_not_yours_any_more")
        return {"file": _STATE["file"]}


class ImportExportService(_Imports, _Mappings, _Exports):
    name = "import_export"


def _require(known: str) -> None:
    if known == HIDDEN:
        raise NotFound("import_not_found")
