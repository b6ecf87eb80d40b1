"""For every operation about files one ordinary request, as an administrator would send it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Any

from tests.security.door import Request
from tests.security.file_requests import csv_of, upload
from tests.security.known import World

Sample = Callable[[World], Request]
_COLUMNS = {"columns": [{"column": "Name", "to": "name"}]}


def _import(operation: str, **more: Any) -> Sample:
    return lambda world: Request(operation, {"import_id": world.imported}, **more)


def _row(operation: str, **more: Any) -> Sample:
    return lambda world: Request(operation, {"import_id": world.imported, "row": "2"}, **more)


def _mapping(operation: str, **more: Any) -> Sample:
    return lambda world: Request(operation, {"mapping_id": world.mapping}, **more)


def _export(operation: str) -> Sample:
    return lambda world: Request(operation, {"export_id": world.exported})


FILE_SAMPLES: Mapping[str, Sample] = {
    "create_import": lambda world: upload(csv_of(("Name",), (secrets.token_hex(6),))),
    "list_imports": lambda world: Request("list_imports"),
    "get_import_template": lambda world: Request("get_import_template"),
    "get_import": _import("get_import"),
    "set_import_mapping": _import("set_import_mapping", body=_COLUMNS),
    "check_import": _import("check_import", body={"policy": "merge"}),
    "start_import": _import("start_import", body={"policy": "merge"}),
    "cancel_import": _import("cancel_import"),
    "undo_import": _import("undo_import"),
    "list_import_rows": _import("list_import_rows"),
    "get_import_row": _row("get_import_row"),
    "decide_import_row": _row("decide_import_row", body={"skip": True}),
    "get_refused_csv": _import("get_refused_csv"),
    "get_refused_xlsx": _import("get_refused_xlsx"),
    "get_import_file": _import("get_import_file"),
    "stream_import_events": _import("stream_import_events"),
    "list_import_mappings": lambda world: Request("list_import_mappings"),
    "create_import_mapping": lambda world: Request(
        "create_import_mapping", body={"name": secrets.token_hex(6), "mapping": _COLUMNS}
    ),
    "get_import_mapping": _mapping("get_import_mapping"),
    "update_import_mapping": _mapping("update_import_mapping", body={"mapping": _COLUMNS}),
    "delete_import_mapping": _mapping("delete_import_mapping"),
    "create_export": lambda world: Request(
        "create_export", body={"format": "csv", "selection": {"ids": [world.customers["own"][0]]}}
    ),
    "list_exports": lambda world: Request("list_exports"),
    "get_export": _export("get_export"),
    "cancel_export": _export("cancel_export"),
    "get_export_file": _export("get_export_file"),
    "stream_export_events": _export("stream_export_events"),
}
