"""For every operation about reports one ordinary request, as an administrator would send it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from tests.security.door import Request
from tests.security.file_samples import Sample
from tests.security.known import World
from tests.security.report_requests import preview, send_rows

BY_STATUS = {"groupings": [{"field": "status"}]}


def _upload(operation: str) -> Sample:
    return lambda world: Request(operation, {"upload_id": world.report_upload})


def _run(operation: str) -> Sample:
    return lambda world: Request(operation, {"run_id": world.report_run})


def _template(operation: str, **more: Any) -> Sample:
    def sample(world: World) -> Request:
        return Request(operation, {"configuration_id": world.report_templates["shared with 1"]}, **more)

    return sample


def _new(operation: str, **more: Any) -> Sample:
    return lambda world: Request(
        operation, body={"name": secrets.token_hex(6), "configuration": BY_STATUS, **more}
    )


REPORT_SAMPLES: Mapping[str, Sample] = {
    "get_report_schema": lambda world: Request("get_report_schema"),
    "preview_report": lambda world: preview({"ids": [world.customers["own"][0]]}, BY_STATUS),
    "create_report_upload": lambda world: send_rows([{"name": secrets.token_hex(6)}]),
    "list_report_uploads": lambda world: Request("list_report_uploads"),
    "get_report_upload": _upload("get_report_upload"),
    "delete_report_upload": _upload("delete_report_upload"),
    "stream_report_upload_events": _upload("stream_report_upload_events"),
    "create_report_configuration": _new("create_report_configuration", source={}, shared=None),
    "list_report_configurations": lambda world: Request("list_report_configurations"),
    "get_report_configuration": _template("get_report_configuration"),
    "update_report_configuration": _template(
        "update_report_configuration", body={"configuration": BY_STATUS}
    ),
    "delete_report_configuration": _template("delete_report_configuration"),
    "duplicate_report_configuration": lambda world: _template(
        "duplicate_report_configuration", body={"name": secrets.token_hex(6)}
    )(world),
    "get_report_result": _template("get_report_result"),
    "get_report_result_csv": _template("get_report_result_csv"),
    "create_report_run": _new("create_report_run", source={}),
    "list_report_runs": lambda world: Request("list_report_runs"),
    "get_report_run": _run("get_report_run"),
    "cancel_report_run": _run("cancel_report_run"),
    "get_report_run_result": _run("get_report_run_result"),
    "get_report_run_csv": _run("get_report_run_csv"),
    "stream_report_run_events": _run("stream_report_run_events"),
}
