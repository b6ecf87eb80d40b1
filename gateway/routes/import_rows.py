"""What became of the rows of an import: to be looked at, decided, and taken along as files."""

from __future__ import annotations

from gateway.answers import Answer, json_answer, page_answer
from gateway.call import Call
from gateway.handing_out import handed_out
from gateway.operations import Routes
from gateway.routes.imports import CSV, ONE, SERVICE, XLSX
from gateway.schemas.common import page_of
from gateway.schemas.imports import ImportRow, RowDecision, RowQuery

routes = Routes("Imports")
_ROW = f"{ONE}/rows/{{row}}"
_ANY_FILE = "application/octet-stream"
_FORBIDDEN = {403: "imports_forbidden, contact_data_hidden, import_not_yours_any_more"}
_NOT_YET = {**_FORBIDDEN, 409: "not_finished"}


@routes.get(f"{ONE}/rows", query=RowQuery(), answers={200: page_of(ImportRow)}, errors=_FORBIDDEN)
async def list_import_rows(call: Call) -> Answer:
    """The rows in the order of the file, or those with one `result`: planned, and in the end done."""
    asked = {name: call.query[name] for name in ("result", "limit", "cursor")}
    return page_answer(await call.ask("list_rows", call.path["import_id"], service=SERVICE, **asked))


@routes.get(_ROW, answers={200: ImportRow}, errors=_FORBIDDEN)
async def get_import_row(call: Call) -> Answer:
    """One row, by its number in the file."""
    row = await call.ask("get_row", call.path["import_id"], int(call.path["row"]), service=SERVICE)
    return json_answer(row["row"])


@routes.post(
    _ROW,
    body=RowDecision(),
    answers={200: ImportRow},
    idempotent=False,
    errors={403: "administrators_only", 409: "not_finished, already_decided"},
)
async def decide_import_row(call: Call) -> Answer:
    """Decide a row that needs review: whom it is about, or that it is left out. Administrators."""
    number = int(call.path["row"])
    reply = await call.tell("decide_row", call.path["import_id"], number, call.body, service=SERVICE)
    return json_answer(reply["row"])


@routes.get(f"{ONE}/refused.csv", files=(CSV,), answers={200: None}, errors=_NOT_YET)
async def get_refused_csv(call: Call) -> Answer:
    """The refused rows with their original cells and the reasons, to be mended and sent again."""
    return await handed_out(call, "refused_file", call.path["import_id"], "csv", service=SERVICE)


@routes.get(f"{ONE}/refused.xlsx", files=(XLSX,), answers={200: None}, errors=_NOT_YET)
async def get_refused_xlsx(call: Call) -> Answer:
    """The same as a workbook."""
    return await handed_out(call, "refused_file", call.path["import_id"], "xlsx", service=SERVICE)


@routes.get(f"{ONE}/file", files=(_ANY_FILE,), answers={200: None}, errors=_FORBIDDEN)
async def get_import_file(call: Call) -> Answer:
    """The file as it was sent. It is kept for 30 days."""
    return await handed_out(call, "upload_file", call.path["import_id"], service=SERVICE)
