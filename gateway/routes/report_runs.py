"""Reports that are made in the background: of more than an answer can wait for."""

from __future__ import annotations

from typing import Any, Final

from gateway.answers import Answer, mark_replayed, page_answer, resource_answer
from gateway.call import Call
from gateway.handing_out import handed_out
from gateway.job_events import job_events
from gateway.operations import JSON, Routes
from gateway.routes.reports import CSV, PATH, SERVICE
from gateway.schemas.common import PageQuery, page_of
from gateway.schemas.reports import MOST_VALUES, NewReportRun, ReportRun

routes = Routes("Reports")
_PATH: Final = f"{PATH}/runs"
_ONE: Final = f"{_PATH}/{{run_id}}"
_EVENTS: Final = {"progress": "the run", "end": "the run, which is over"}
_FILE_ERRORS: Final = {
    403: "run_not_yours_any_more: whoever may see less now than the report holds",
    404: "run_gone: also 24 hours after it was made",
    409: "run_not_ready",
}


@routes.post(
    _PATH,
    body=NewReportRun(),
    answers={202: ReportRun},
    most_values=MOST_VALUES,
    zoned=True,
    audited=True,
)
async def create_report_run(call: Call) -> Answer:
    """Make a report in the background, of any size.

    It is about those whom the caller sees while it is made. The result is there for 24 hours, as JSON and as
    CSV, for the caller and for administrators.
    """
    reply = await call.tell("create_run", call.body, time_zone=call.time_zone, service=SERVICE)
    location = f"{_PATH}/{reply['run']['id']}".encode()
    answer = resource_answer(reply["run"], status=202, headers={b"location": location})
    return mark_replayed(answer) if reply["replayed"] else answer


@routes.get(_PATH, query=PageQuery(), answers={200: page_of(ReportRun)})
async def list_report_runs(call: Call) -> Answer:
    """The caller's own runs, the newest first; administrators see all."""
    asked = {name: call.query[name] for name in ("limit", "cursor")}
    return page_answer(await call.ask("list_runs", service=SERVICE, **asked))


@routes.get(_ONE, answers={200: ReportRun})
async def get_report_run(call: Call) -> Answer:
    """How far it has come. Always whole."""
    return resource_answer(await _read(call))


@routes.post(f"{_ONE}/cancel", answers={200: ReportRun}, idempotent=False)
async def cancel_report_run(call: Call) -> Answer:
    """End it, without a result; one that is over stays as it is."""
    reply = await call.tell("cancel_run", call.path["run_id"], service=SERVICE)
    return resource_answer(reply["run"])


@routes.get(f"{_ONE}/result", files=(JSON,), answers={200: None}, errors=_FILE_ERRORS)
async def get_report_run_result(call: Call) -> Answer:
    """The report, as the answer of a preview. Whether the caller may have it is looked at again."""
    return await handed_out(call, "run_file", call.path["run_id"], "json", service=SERVICE)


@routes.get(f"{_ONE}/result.csv", files=(CSV,), answers={200: None}, errors=_FILE_ERRORS)
async def get_report_run_csv(call: Call) -> Answer:
    """The same as a file for spreadsheets."""
    return await handed_out(call, "run_file", call.path["run_id"], "csv", service=SERVICE)


@routes.get(f"{_ONE}/events", answers={200: None}, events=_EVENTS)
async def stream_report_run_events(call: Call) -> Answer:
    """The same, told as it happens, until it is over."""
    return await job_events(call, _read)


async def _read(call: Call) -> dict[str, Any]:
    reply: dict[str, Any] = await call.ask("get_run", call.path["run_id"], service=SERVICE)
    return dict(reply["run"])
