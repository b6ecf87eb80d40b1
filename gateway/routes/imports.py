"""Imports: a file becomes customers, in steps that say beforehand what they will do."""

from __future__ import annotations

import base64
from typing import Any, Final

from gateway.answers import Answer, mark_replayed, page_answer, resource_answer
from gateway.call import Call
from gateway.job_events import job_events, settled_soon
from gateway.operations import IfMatch, Routes, Upload
from gateway.schemas.common import PageQuery, page_of
from gateway.schemas.imports import (
    MOST_VALUES,
    Import,
    ImportOptions,
    ListedImport,
    Mapping,
    TemplateQuery,
)
from gateway.uploads.filenames import attachment
from gateway.uploads.uploaded import uploaded

routes = Routes("Imports")
SERVICE: Final = "import_export"
PATH: Final = "/v1/imports"
ONE: Final = f"{PATH}/{{import_id}}"
CSV: Final = "text/csv"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_EVENTS: Final = {"progress": "the import", "end": "the import, with which nothing more happens by itself"}
_UNDER_WAY: Final = ("queued", "running", "awaiting_input")
_FORBIDDEN: Final = {403: "imports_forbidden, contact_data_hidden"}
_NOT_YOURS: Final = {403: "imports_forbidden, contact_data_hidden, import_not_yours_any_more"}
_MAPPED: Final = {**_NOT_YOURS, 409: "still_working, already_started, import_is_over"}
_CHECKED: Final = {**_NOT_YOURS, 409: "mapping_needed, still_working, already_started, import_is_over"}
_STARTED: Final = {**_NOT_YOURS, 409: "check_first, still_working, already_started, import_is_over"}
_UNDONE: Final = {**_NOT_YOURS, 409: "not_undoable, undo_expired, decision_open"}
_CANCELLED: Final = {**_NOT_YOURS, 409: "import_is_over"}


@routes.post(PATH, upload=Upload(), answers={202: Import}, audited=True, errors=_FORBIDDEN)
async def create_import(call: Call) -> Answer:
    """Begin an import with its file.

    CSV, XLSX, XLS, ODS, or the JSON of an export. The answer says how the file is read and which column seems
    to mean what, if that was found out within seconds; else ask for it at `Location`. When the suggestion is
    `complete` it need not be sent back. Nothing is written before the import is started. A file that cannot
    be read at all is an import that `failed`; its `problem` says why.
    """
    await call.ask("may_import", service=SERVICE)
    async with uploaded(call) as upload:
        reply = await upload.call.tell("create_import", upload.received.message(), service=SERVICE)
        replayed = await upload.is_replay(reply)
    there = reply["import"]["id"]
    found = await settled_soon(
        upload.call,
        reply["import"],
        lambda now: _import(now, there),
        is_over=lambda one: one["phase"] != "reading",
    )
    location = f"{PATH}/{there}".encode()
    answer = resource_answer(found, status=202, headers={b"location": location})
    return mark_replayed(answer) if replayed else answer


@routes.get(PATH, query=PageQuery(), answers={200: page_of(ListedImport)}, errors=_FORBIDDEN)
async def list_imports(call: Call) -> Answer:
    """The caller's own imports, the newest first; administrators see all. Kept for 30 days."""
    asked = {name: call.query[name] for name in ("limit", "cursor")}
    return page_answer(await call.ask("list_imports", service=SERVICE, **asked))


@routes.get(f"{PATH}/template", query=TemplateQuery(), files=(CSV, XLSX), answers={200: None})
async def get_import_template(call: Call) -> Answer:
    """A file to be filled in, made from the fields there are today.

    The workbook has a second sheet that explains them, and lists of the options to choose from.
    """
    asked = {name: call.query[name] for name in ("format", "language")}
    found = await call.ask("template", service=SERVICE, **asked)
    described = [
        (b"content-type", found["content_type"].encode("ascii")),
        (b"content-disposition", attachment(found["filename"])),
        (b"cache-control", b"no-store"),
    ]
    return Answer(200, base64.b64decode(found["content"]), described)


@routes.get(ONE, answers={200: Import}, errors=_NOT_YOURS)
async def get_import(call: Call) -> Answer:
    """How far it has come, what is to be decided, what came of it. Always whole."""
    return resource_answer(await _read(call))


@routes.put(
    f"{ONE}/mapping",
    body=Mapping(),
    most_values=MOST_VALUES,
    if_match=IfMatch.OPTIONAL,
    answers={200: Import},
    errors=_MAPPED,
)
async def set_import_mapping(call: Call) -> Answer:
    """Say which column means what, and how the file is to be read; what was checked is to be checked again.

    With other options of reading the file is read anew, and `detected` says what came of it.
    """
    import_id = call.path["import_id"]
    reply = await call.tell("set_mapping", import_id, call.body, version=call.version, service=SERVICE)
    return resource_answer(reply["import"])


@routes.post(f"{ONE}/check", body=ImportOptions(), answers={202: Import}, idempotent=False, errors=_CHECKED)
async def check_import(call: Call) -> Answer:
    """Find out what the import would do with each row, and why. Nothing is written.

    The end of the check has `counts`, `issues` and samples, and each row its outcome. That is a promise to
    the import that is started with the same options: rows whose customers changed in between are decided
    again, and are listed as `drifted`.
    """
    return _accepted(await call.tell("check_import", call.path["import_id"], call.body, service=SERVICE))


@routes.post(f"{ONE}/start", body=ImportOptions(), answers={202: Import}, audited=True, errors=_STARTED)
async def start_import(call: Call) -> Answer:
    """Write what was checked, in the background. Each row takes effect once, whatever happens to a process.

    The same file at the same time waits for the first one (`waiting`).
    """
    return _accepted(await call.tell("start_import", call.path["import_id"], call.body, service=SERVICE))


@routes.post(f"{ONE}/cancel", answers={200: Import}, idempotent=False, audited=True, errors=_CANCELLED)
async def cancel_import(call: Call) -> Answer:
    """End it after the rows under work. What was written stays written, until it is undone."""
    reply = await call.tell("cancel_import", call.path["import_id"], service=SERVICE)
    return resource_answer(reply["import"])


@routes.post(f"{ONE}/undo", answers={202: Import}, audited=True, errors=_UNDONE)
async def undo_import(call: Call) -> Answer:
    """Take an import back, within 30 days.

    Customers whom it made and nobody touched since go; what it changed returns to what it was. What people
    changed since stays, and is counted in `undo`.
    """
    return _accepted(await call.tell("undo_import", call.path["import_id"], service=SERVICE))


@routes.get(f"{ONE}/events", answers={200: None}, events=_EVENTS, errors=_NOT_YOURS)
async def stream_import_events(call: Call) -> Answer:
    """The same, told as it happens."""
    return await job_events(call, _read, is_over=lambda found: found["status"] not in _UNDER_WAY)


def _accepted(reply: dict[str, Any]) -> Answer:
    found = reply["import"]
    location = f"{PATH}/{found['id']}".encode()
    answer = resource_answer(found, status=202, headers={b"location": location})
    return mark_replayed(answer) if reply.get("replayed") else answer


async def _read(call: Call) -> dict[str, Any]:
    return await _import(call, call.path["import_id"])


async def _import(call: Call, import_id: str) -> dict[str, Any]:
    reply: dict[str, Any] = await call.ask("get_import", import_id, service=SERVICE)
    return dict(reply["import"])
