"""Exports: customers become a file, for whoever asked."""

from __future__ import annotations

from typing import Any, Final

from gateway.answers import Answer, mark_replayed, page_answer, resource_answer
from gateway.call import Call
from gateway.handing_out import handed_out
from gateway.job_events import job_events
from gateway.operations import JSON, Routes
from gateway.routes.imports import CSV, SERVICE, XLSX
from gateway.schemas.common import PageQuery, page_of
from gateway.schemas.exports import MOST_VALUES, Export, ListedExport, NewExport, whom

routes = Routes("Exports")
_PATH: Final = "/v1/exports"
_ONE: Final = f"{_PATH}/{{export_id}}"
_EVENTS: Final = {"progress": "the export", "end": "the export, which is over"}
_NDJSON: Final = "application/x-ndjson"
_FORBIDDEN: Final = {403: "exports_forbidden"}


@routes.post(
    _PATH,
    body=NewExport(),
    answers={202: Export},
    most_values=MOST_VALUES,
    zoned=True,
    audited=True,
    errors=_FORBIDDEN,
)
async def create_export(call: Call) -> Answer:
    """Write customers to a file, in the background.

    Whom: `selection` as in a bulk action, or everybody whom the caller sees. The file can be imported again,
    which changes nothing: keep the column `id` for that. Text that a spreadsheet would run as a formula is
    written so that it does not. Contact data that is hidden from the caller is not in it, and may not be
    asked for (422 `field_hidden`).
    """
    asked = {name: call.body[name] for name in ("format", "columns", "options") if name in call.body}
    asked["selection"] = whom(call.body)
    reply = await call.tell("create_export", asked, time_zone=call.time_zone, service=SERVICE)
    location = f"{_PATH}/{reply['export']['id']}".encode()
    answer = resource_answer(reply["export"], status=202, headers={b"location": location})
    return mark_replayed(answer) if reply["replayed"] else answer


@routes.get(_PATH, query=PageQuery(), answers={200: page_of(ListedExport)})
async def list_exports(call: Call) -> Answer:
    """The caller's own exports, the newest first; administrators see all."""
    asked = {name: call.query[name] for name in ("limit", "cursor")}
    return page_answer(await call.ask("list_exports", service=SERVICE, **asked))


@routes.get(_ONE, answers={200: Export})
async def get_export(call: Call) -> Answer:
    """How far it has come. Always whole."""
    return resource_answer(await _read(call))


@routes.post(f"{_ONE}/cancel", answers={200: Export}, idempotent=False)
async def cancel_export(call: Call) -> Answer:
    """End it, without a file; one that is over stays as it is."""
    reply = await call.tell("cancel_export", call.path["export_id"], service=SERVICE)
    return resource_answer(reply["export"])


@routes.get(
    f"{_ONE}/file",
    files=(CSV, XLSX, JSON, _NDJSON),
    answers={200: None},
    errors={
        403: "exports_forbidden, export_not_yours_any_more: whoever may see less now than the file holds",
        404: "Also 24 hours after it was made",
        409: "export_not_ready",
    },
)
async def get_export_file(call: Call) -> Answer:
    """The file, for 24 hours. Whether the caller may have it is looked at again."""
    return await handed_out(call, "export_file", call.path["export_id"], service=SERVICE)


@routes.get(f"{_ONE}/events", answers={200: None}, events=_EVENTS)
async def stream_export_events(call: Call) -> Answer:
    """The same, told as it happens, until it is over."""
    return await job_events(call, _read)


async def _read(call: Call) -> dict[str, Any]:
    reply: dict[str, Any] = await call.ask("get_export", call.path["export_id"], service=SERVICE)
    return dict(reply["export"])
