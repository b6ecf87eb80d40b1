"""Configurations of reports that people keep, and the reports that they make."""

from __future__ import annotations

from typing import Any, Final

from gateway.answers import Answer, json_answer, no_content, page_answer, resource_answer, written_answer
from gateway.call import Call
from gateway.files import file_headers
from gateway.operations import Routes
from gateway.routes.reports import CSV, PATH, REPORT_SECONDS, SERVICE
from gateway.schemas.common import page_of
from gateway.schemas.reports import (
    MOST_VALUES,
    CsvQuery,
    NewReportTemplate,
    Report,
    ReportTemplate,
    ReportTemplatePatch,
    ResultQuery,
    TemplateCopy,
    TemplatePageQuery,
)

routes = Routes("Reports")
_PATH: Final = f"{PATH}/configurations"
_ONE: Final = f"{_PATH}/{{configuration_id}}"
_EXISTS: Final = {409: "configuration_exists: the caller has one of this name"}
_CUSTOMERS: Final = ("saved_filter", "filter", "q")


@routes.post(
    _PATH,
    body=NewReportTemplate(),
    answers={201: ReportTemplate},
    most_values=MOST_VALUES,
    errors=_EXISTS,
)
async def create_report_configuration(call: Call) -> Answer:
    """Keep a configuration under a name, to make the same report of other data.

    Agents share with a team of theirs, administrators also with everybody.
    """
    reply = await call.tell("create_configuration", call.body, service=SERVICE)
    return _written(reply, is_new=True)


@routes.get(_PATH, query=TemplatePageQuery(), answers={200: page_of(ReportTemplate)})
async def list_report_configurations(call: Call) -> Answer:
    """The caller's own and those that are shared with them, by name. Administrators see all that are."""
    asked = {name: call.query[name] for name in ("limit", "cursor")}
    return page_answer(await call.ask("list_configurations", service=SERVICE, **asked))


@routes.get(_ONE, answers={200: ReportTemplate})
async def get_report_configuration(call: Call) -> Answer:
    """One that is kept. Always whole: labels of options and warnings change without a new version."""
    reply = await call.ask("get_configuration", call.path["configuration_id"], service=SERVICE)
    return resource_answer(reply["configuration"])


@routes.patch(
    _ONE,
    body=ReportTemplatePatch(),
    answers={200: ReportTemplate},
    most_values=MOST_VALUES,
    errors=_EXISTS,
)
async def update_report_configuration(call: Call) -> Answer:
    """Change it; its owner and administrators may."""
    there = call.path["configuration_id"]
    reply = await call.tell("update_configuration", there, call.body, version=call.version, service=SERVICE)
    return _written(reply)


@routes.delete(_ONE, answers={204: None})
async def delete_report_configuration(call: Call) -> Answer:
    """Forget it; its owner and administrators may."""
    there = call.path["configuration_id"]
    await call.tell("delete_configuration", there, version=call.version, service=SERVICE)
    return no_content()


@routes.post(f"{_ONE}/duplicate", body=TemplateCopy(), answers={201: ReportTemplate}, errors=_EXISTS)
async def duplicate_report_configuration(call: Call) -> Answer:
    """A copy of one's own, shared with nobody."""
    there = call.path["configuration_id"]
    reply = await call.tell("duplicate_configuration", there, call.body, service=SERVICE)
    return _written(reply, is_new=True)


@routes.get(f"{_ONE}/result", query=ResultQuery(), answers={200: Report}, zoned=True)
async def get_report_result(call: Call) -> Answer:
    """The report of today's data.

    Of an upload, of customers whom the caller sees, or of the configuration's own source. What is too much
    for an answer (422 `query_too_expensive`, `too_many_groups`) can be a run.
    """
    return json_answer(await _result(call, shape=call.query["shape"]))


@routes.get(f"{_ONE}/result.csv", query=CsvQuery(), answers={200: None}, files=(CSV,), zoned=True)
async def get_report_result_csv(call: Call) -> Answer:
    """The same as a file for spreadsheets: with a mark of its encoding, and no text that is a formula."""
    made = await _result(call, csv={"separator": call.query["separator"]})
    content = made["csv"].encode("utf-8")
    headers = file_headers(made["filename"], f"{CSV}; charset=utf-8")
    if call.wants_body:
        await call.note_handed_out()
    return Answer(200, content, headers)


async def _result(call: Call, **asked: Any) -> dict[str, Any]:
    named = ("upload", *_CUSTOMERS)
    source = {name: call.query[name] for name in named if call.query[name] is not None}
    found: dict[str, Any] = await call.patient(REPORT_SECONDS).ask(
        "configuration_result",
        call.path["configuration_id"],
        source or None,
        time_zone=call.time_zone,
        service=SERVICE,
        grouped=False,
        **asked,
    )
    return found


def _written(reply: dict[str, Any], *, is_new: bool = False) -> Answer:
    kept = reply["configuration"]
    location = f"{_PATH}/{kept['id']}" if is_new else None
    return written_answer(kept, replayed=bool(reply.get("replayed")), location=location)
