"""Reports on customers: what there is to report on, files to report on, the table as the form stands."""

from __future__ import annotations

from typing import Any, Final

from gateway.answers import Answer, json_answer, mark_replayed, no_content, page_answer, resource_answer
from gateway.call import Call
from gateway.job_events import job_events, settled_soon
from gateway.operations import Routes, Upload
from gateway.schemas.common import PageQuery, page_of
from gateway.schemas.reports import (
    MOST_VALUES,
    ListedReportUpload,
    NewPreview,
    Report,
    ReportSchema,
    ReportUpload,
)
from gateway.uploads.uploaded import uploaded

routes = Routes("Reports")
SERVICE: Final = "reports"
PATH: Final = "/v1/reports"
CSV: Final = "text/csv"
REPORT_SECONDS: Final = 15.0
_UPLOADS: Final = f"{PATH}/uploads"
_UPLOAD: Final = f"{_UPLOADS}/{{upload_id}}"
_EVENTS: Final = {"progress": "the upload", "end": "the upload, which was read or cannot be"}
_UNDER_WAY: Final = ("queued", "running")


@routes.get(f"{PATH}/schema", answers={200: ReportSchema})
async def get_report_schema(call: Call) -> Answer:
    """The fields that the caller can report on, with the options of each; units, aliases, limits."""
    return json_answer(await call.ask("report_schema", service=SERVICE))


@routes.post(
    f"{PATH}/preview",
    body=NewPreview(),
    answers={200: Report},
    most_values=MOST_VALUES,
    zoned=True,
    idempotent=False,
    errors={409: "superseded: a newer preview of the same form was asked for"},
)
async def preview_report(call: Call) -> Answer:
    """The report as the form stands; nothing is kept.

    Whom: `source` is `{upload}`, or a selection of customers as in exports, of whom only those count whom the
    caller sees. A preview with the `form` of an earlier one that is still being made ends that one. What is
    too much for a preview (422 `query_too_expensive`, `too_many_groups`) can be a run.
    """
    asked = {name: call.body.get(name) for name in ("source", "configuration", "form", "shape")}
    made = await call.patient(REPORT_SECONDS).ask(
        "preview", **asked, time_zone=call.time_zone, service=SERVICE, grouped=False
    )
    return json_answer(made)


@routes.post(_UPLOADS, upload=Upload(folder="report_uploads"), answers={202: ReportUpload}, audited=True)
async def create_report_upload(call: Call) -> Answer:
    """Send a file to report on: the JSON of an export, an array of objects or one object a line.

    It is read in the background; the answer says what is in it, if that was found out within seconds. Rows
    of customers whom an agent does not see are dropped, and counted; rows without an `id` are kept. A file
    that cannot be read is an upload that `failed`; its `problem` says why.
    """
    await call.ask("may_upload", service=SERVICE)
    async with uploaded(call) as upload:
        reply = await upload.call.tell("create_upload", upload.received.message(), service=SERVICE)
        replayed = await upload.is_replay(reply)
    there = reply["upload"]["id"]
    found = await settled_soon(
        upload.call, reply["upload"], lambda now: _upload(now, there), is_over=_is_read
    )
    answer = resource_answer(found, status=202, headers={b"location": f"{_UPLOADS}/{there}".encode()})
    return mark_replayed(answer) if replayed else answer


@routes.get(_UPLOADS, query=PageQuery(), answers={200: page_of(ListedReportUpload)})
async def list_report_uploads(call: Call) -> Answer:
    """The caller's own uploads, the newest first; administrators see all. Kept for 30 days."""
    asked = {name: call.query[name] for name in ("limit", "cursor")}
    return page_answer(await call.ask("list_uploads", service=SERVICE, **asked))


@routes.get(_UPLOAD, answers={200: ReportUpload})
async def get_report_upload(call: Call) -> Answer:
    """The columns of a file with their types and samples, and what is the matter with it. Always whole."""
    return resource_answer(await _upload(call, call.path["upload_id"]))


@routes.delete(_UPLOAD, answers={204: None})
async def delete_report_upload(call: Call) -> Answer:
    """Throw a file away, before its time is up."""
    await call.tell("delete_upload", call.path["upload_id"], service=SERVICE)
    return no_content()


@routes.get(f"{_UPLOAD}/events", answers={200: None}, events=_EVENTS)
async def stream_report_upload_events(call: Call) -> Answer:
    """The same, told as it happens."""
    return await job_events(call, lambda now: _upload(now, now.path["upload_id"]), is_over=_is_read)


async def _upload(call: Call, upload_id: str) -> dict[str, Any]:
    reply: dict[str, Any] = await call.ask("get_upload", upload_id, service=SERVICE)
    return dict(reply.get("upload", reply))


def _is_read(upload: dict[str, Any]) -> bool:
    return upload["status"] not in _UNDER_WAY
