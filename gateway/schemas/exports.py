"""Exports: shapes only. The customers service says whom and what the caller may have."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from gateway.schemas.bulk import MAX_IDS, Ids, Selection
from gateway.schemas.fields import Anything, CountedList, Flag, Id, Moment, one_of, text
from gateway.schemas.jobs import JOB_STATUSES, JobProblem, Progress
from servicekit.errors import Invalid

FORMATS = ("csv", "xlsx", "json")
MOST_COLUMNS = 1_000
MOST_VALUES = 2 * MAX_IDS + MOST_COLUMNS + 1_000
_SHORT = ("ids", "filter")


class ExportOptions(Schema):
    """How the file is written."""

    separator = one_of(",", ";", "\t", "|", metadata={"description": "CSV"})
    bom = Flag(metadata={"description": "CSV: whether it begins with a mark that spreadsheets look for"})
    ndjson = Flag(metadata={"description": "JSON: one object a line, not an array"})


class NewExport(Schema):
    """Whom, what of them, and as which file."""

    format = one_of(*FORMATS, required=True)
    selection = fields.Nested(Selection)
    ids = Ids(metadata={"description": "Short for `selection: {ids}`"})
    filter = Anything(metadata={"description": "Short for `selection: {filter}`"})
    columns = CountedList(
        text(200, shortest=1),
        allow_none=True,
        validate=validate.Length(min=1, max=MOST_COLUMNS),
        metadata={"description": "In this order; without it all of them, `id` first"},
    )
    options = fields.Nested(ExportOptions)


def whom(body: dict[str, Any]) -> dict[str, Any]:
    """The selection of a body, also of one that has a short form of it. Raises Invalid for several."""
    given = [name for name in ("selection", *_SHORT) if body.get(name) is not None]
    if len(given) > 1:
        raise Invalid.at(f"/{given[1]}", "several_selections", f"{given[0]} says whom already")
    selection: dict[str, Any] = body.get("selection") or {}
    return selection | {name: body[name] for name in given if name in _SHORT}


class ListedExport(Schema):
    """Customers on their way to become a file. Its columns are shown with the one export."""

    id = Id(required=True)
    kind = one_of("export", required=True)
    status = one_of(*JOB_STATUSES, required=True)
    format = one_of(*FORMATS, required=True)
    options = fields.Dict(allow_none=True)
    progress = fields.Nested(Progress, required=True)
    filename = fields.String(allow_none=True)
    size = fields.Integer(allow_none=True)
    problem = fields.Nested(JobProblem, required=True, allow_none=True)
    created_by = Id(required=True)
    created_at = Moment(required=True)
    started_at = Moment(required=True, allow_none=True)
    finished_at = Moment(required=True, allow_none=True)
    expires_at = Moment(allow_none=True, metadata={"description": "The file is there until then"})
    version = fields.Integer(required=True)
    links = fields.Dict(keys=fields.String(), values=fields.String(allow_none=True), required=True)


class Export(ListedExport):
    """Customers on their way to become a file."""

    columns = fields.List(Anything(), required=True, allow_none=True)
