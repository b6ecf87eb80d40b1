"""Reports: shapes only. The reports service checks what is asked, and customers whom it is about."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from gateway.schemas.bulk import MAX_IDS
from gateway.schemas.common import PageQuery
from gateway.schemas.fields import Anything, Flag, Id, Moment, QueryJson, QueryNumber, objects, one_of, text
from gateway.schemas.jobs import JOB_STATUSES, JobProblem, Progress
from gateway.schemas.report_form import MOST_SPELLINGS, Configuration, Described, SourceField

MOST_VALUES = 2 * MAX_IDS + MOST_SPELLINGS + 5_000
SHAPES = ("rows", "tree")
TYPES = ("text", "number", "boolean", "date", "datetime", "list")
_LONGEST_FILTER = 30_000
_LONGEST_NAME = 100
_SHAPE = {"description": "`tree`: groups within groups, instead of rows"}


class NewPreview(Schema):
    """The present state of the form."""

    source = SourceField(required=True)
    configuration = Described(Configuration, required=True)
    form = text(100, shortest=1, metadata={"description": "A newer preview of the same form ends this one"})
    shape = one_of(*SHAPES, metadata=_SHAPE)


class ReportColumn(Schema):
    """`key` is where the cells of a row say it."""

    class Meta:
        unknown = "include"

    key = fields.String(required=True)
    kind = one_of("grouping", "cell", "total", required=True)
    label = fields.String(required=True)


class ReportRow(Schema):
    """A group. Those of a level below that of the last grouping are subtotals."""

    class Meta:
        unknown = "include"

    level = fields.Integer(required=True)
    values = fields.List(Anything(allow_none=True), required=True)
    labels = fields.List(fields.String(), required=True)
    cells = fields.Dict(keys=fields.String(), values=Anything(allow_none=True), required=True)
    total = Anything(required=True, allow_none=True)
    customers = fields.Integer(required=True, metadata={"description": "Each is counted once"})
    spellings = fields.Dict(
        keys=fields.String(), metadata={"description": "By field, where they differ from what is shown"}
    )


class ReportValues(Schema):
    """The values of one grouping, and which spellings each stands for."""

    class Meta:
        unknown = "include"

    field = fields.String(required=True)
    values = fields.List(fields.Dict(), required=True)
    more = fields.Integer(required=True, metadata={"description": "How many are not listed"})


class ReportSuggestion(Schema):
    """Spellings that may be one value; nothing is done with them unless the form says so."""

    class Meta:
        unknown = "include"

    at = fields.String(required=True, metadata={"description": "Where in the configuration"})
    kind = one_of("near", "aliases", required=True)


class ReportWarning(Schema):
    class Meta:
        unknown = "include"

    code = fields.String(required=True)
    detail = fields.String(required=True)


class Report(Schema):
    """A table: rows of groups, columns of cells, a total that counts each customer once."""

    class Meta:
        unknown = "include"

    columns = objects(ReportColumn, required=True)
    rows = objects(ReportRow)
    tree = fields.Dict(metadata={"description": "Instead of rows, with `shape` tree"})
    grand_total = Anything(required=True, allow_none=True)
    grand = fields.Dict(required=True, metadata={"description": "cells, customers, percent of all rows"})
    values = objects(ReportValues, required=True)
    suggestions = objects(ReportSuggestion, required=True)
    chart = fields.Dict(required=True, allow_none=True)
    warnings = objects(ReportWarning, required=True)
    customers = fields.Integer(required=True)
    source = fields.Dict(required=True)
    as_of = Moment(required=True, allow_none=True)


class UploadColumn(Schema):
    """A key of the file's objects."""

    class Meta:
        unknown = "include"

    field = fields.String(required=True)
    label = fields.String(required=True)
    type = one_of(*TYPES, required=True)
    samples = fields.List(Anything(), required=True)
    filled = fields.Integer(required=True, allow_none=True)
    distinct = fields.Integer(required=True, allow_none=True)
    contact = fields.Boolean()


class ListedReportUpload(Schema):
    """A file to report on. What is in it is shown with the one upload."""

    class Meta:
        unknown = "include"

    id = Id(required=True)
    kind = one_of("report_upload", required=True)
    status = one_of(*JOB_STATUSES, required=True)
    filename = fields.String(required=True)
    size = fields.Integer(required=True)
    problem = fields.Nested(JobProblem, required=True, allow_none=True)
    progress = fields.Nested(Progress, required=True)
    created_by = Id(required=True)
    created_at = Moment(required=True)
    expires_at = Moment(required=True, allow_none=True)
    version = fields.Integer(required=True)
    links = fields.Dict(keys=fields.String(), values=fields.String(allow_none=True), required=True)


class ReportUpload(ListedReportUpload):
    """A file to report on. What masked agents may not see is not in it."""

    rows = fields.Integer(required=True, allow_none=True)
    dropped = fields.Integer(
        required=True, allow_none=True, metadata={"description": "Rows of whom the caller does not see"}
    )
    columns = fields.List(fields.Nested(UploadColumn), required=True, allow_none=True)
    problems = fields.List(
        fields.Dict(), required=True, allow_none=True, metadata={"description": "code, count, first_rows"}
    )


class TemplatePageQuery(PageQuery):
    limit = QueryNumber(low=1, high=50, load_default=50)


class NewReportTemplate(Schema):
    """A configuration under a name. `shared`: nobody, a team, or everybody (administrators may)."""

    name = text(_LONGEST_NAME, shortest=1, required=True)
    configuration = Described(Configuration, required=True)
    source = SourceField(allow_none=True, metadata={"description": "Whom it is usually about"})
    shared = Anything(allow_none=True, metadata={"description": '`null`, `{"team": id}` or `"all"`'})


class ReportTemplatePatch(Schema):
    """A JSON merge patch; `configuration` and `source` are replaced as a whole."""

    name = text(_LONGEST_NAME, shortest=1)
    configuration = Described(Configuration)
    source = SourceField(allow_none=True)
    shared = Anything(allow_none=True)


class TemplateCopy(Schema):
    """The copy is the caller's own."""

    name = text(
        _LONGEST_NAME, shortest=1, metadata={"description": "Else that of the original, made unlike it"}
    )


class ReportTemplate(Schema):
    """A configuration that is kept. Options and tags are held by id, so that it follows renames."""

    class Meta:
        unknown = "include"

    id = Id(required=True)
    name = fields.String(required=True)
    configuration = fields.Dict(
        required=True, metadata={"description": "As it was sent; an option that is gone is `{option, label}`"}
    )
    source = fields.Dict(allow_none=True)
    shared = Anything(required=True, allow_none=True)
    owner = Id(required=True)
    mine = Flag(required=True)
    warnings = objects(
        ReportWarning,
        required=True,
        metadata={"description": "field_removed, field_archived, option_removed"},
    )
    version = fields.Integer(required=True)
    created_at = Moment(required=True)
    updated_at = Moment(required=True)


class ResultQuery(Schema):
    """Whom: an upload, or customers; without any the template's own source, or everybody."""

    upload = Id()
    saved_filter = Id()
    filter = QueryJson(_LONGEST_FILTER, metadata={"description": "A filter as JSON text"})
    q = text(200)
    shape = one_of(*SHAPES, metadata=_SHAPE)

    @validates_schema
    def one_source(self, data: Any, **_: Any) -> None:
        if "upload" in data and data.keys() & {"saved_filter", "filter", "q"}:
            raise ValidationError("Must be one of: upload, customers.")


class CsvQuery(ResultQuery):
    class Meta:
        exclude = ("shape",)

    separator = one_of(",", ";", "\t", load_default=",")


class NewReportRun(Schema):
    """A report that is made in the background: of a form, or of a template."""

    source = SourceField()
    configuration = Described(Configuration)
    configuration_id = Id(metadata={"description": "A template's, instead of a configuration"})
    name = text(200, shortest=1)

    @validates_schema
    def one_configuration(self, data: Any, **_: Any) -> None:
        if len(data.keys() & {"configuration", "configuration_id"}) != 1:
            raise ValidationError("Must be one of: configuration, configuration_id.")


class ReportRun(Schema):
    """A report under way, or there to be fetched for 24 hours."""

    class Meta:
        unknown = "include"

    id = Id(required=True)
    kind = one_of("report_run", required=True)
    status = one_of(*JOB_STATUSES, required=True)
    name = fields.String(required=True, allow_none=True)
    source = fields.Dict(
        required=True, allow_none=True, metadata={"description": "null in a list if it is long"}
    )
    progress = fields.Nested(Progress, required=True)
    result = fields.Dict(allow_none=True, metadata={"description": "What it came to, without its rows"})
    problem = fields.Nested(JobProblem, required=True, allow_none=True)
    created_by = Id(required=True)
    created_at = Moment(required=True)
    started_at = Moment(allow_none=True)
    finished_at = Moment(allow_none=True)
    expires_at = Moment(allow_none=True)
    version = fields.Integer(required=True)
    links = fields.Dict(keys=fields.String(), values=fields.String(allow_none=True), required=True)


class ReportField(Schema):
    class Meta:
        unknown = "include"

    field = fields.String(required=True)
    label = fields.String(required=True)
    type = fields.String(required=True)
    rules = fields.List(fields.String(), required=True, metadata={"description": "What a rule may ask of it"})


class ReportSchema(Schema):
    """What the caller can report on. Contact data is not among it where it is hidden from them."""

    class Meta:
        unknown = "include"

    fields_ = objects(ReportField, required=True, data_key="fields")
    masked = fields.Boolean(required=True, metadata={"description": "Whether contact data is left out"})
    aliases = fields.List(fields.String(), required=True)
    units = fields.List(fields.String(), required=True)
    totals = fields.List(fields.String(), required=True)
    limits = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    time_zone = fields.String(required=True)
