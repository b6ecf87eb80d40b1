"""Imports: shapes only. The import_export service reads files, and the customers service says what fits."""

from __future__ import annotations

from typing import Any, ClassVar

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from gateway.schemas.bulk import OnlyTrue
from gateway.schemas.common import PageQuery
from gateway.schemas.fields import Anything, CountedList, Flag, Id, Moment, WholeNumber, objects, one_of, text
from gateway.schemas.jobs import JOB_STATUSES, JobProblem, Progress

PHASES = (
    "reading",
    "mapping",
    "checking",
    "checked",
    "waiting",
    "running",
    "finished",
    "undoing",
    "undone",
    "failed",
    "cancelled",
)
RESULTS = ("created", "updated", "merged", "unchanged", "skipped", "refused", "needs_review")
FORMATS = ("csv", "xlsx", "xls", "ods", "json")
POLICIES = ("skip", "merge", "update", "create")
UNKNOWN_OPTIONS = ("refuse", "empty", "create")
MOST_COLUMNS = 1_000
MOST_VALUES = 12 * MOST_COLUMNS
_LONGEST_HEADER = 5_000


class ColumnName(fields.Field[Any]):
    """A column by its header, or by its position, counted from 0."""

    json_schema: ClassVar[dict[str, Any]] = {
        "anyOf": [
            {"type": "string", "maxLength": _LONGEST_HEADER},
            {"type": "integer", "minimum": 0, "maximum": 20_000},
        ]
    }

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str | int:
        if isinstance(value, str) and len(value) <= _LONGEST_HEADER:
            return value
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 20_000:
            return value
        raise ValidationError("Not a valid header or position of a column.")


class Reading(Schema):
    """How to read the file, where it is not what was detected."""

    format = one_of(*FORMATS)
    encoding = text(50, shortest=1)
    separator = text(5, shortest=1)
    quote = text(1, allow_none=True)
    header_row = WholeNumber(
        validate=validate.Range(0, 1_048_576), metadata={"description": "As a spreadsheet counts; 0: none"}
    )
    sheet = text(255, shortest=1)
    repair_encoding = Flag(metadata={"description": "Text that was encoded twice is put right"})


class MappedColumn(Schema):
    """Where one column goes."""

    column = ColumnName(required=True)
    to = text(200, required=True, allow_none=True, metadata={"description": "A field; null: nowhere"})
    as_ = fields.Dict(
        data_key="as",
        attribute="as",
        keys=text(100),
        values=Anything(allow_none=True),
        validate=validate.Length(max=50),
        metadata={"description": "How its values are to be understood"},
    )
    # A suggestion may be sent back as it came.
    confidence = fields.Float(metadata={"description": "Of a suggestion; not looked at"})
    why = text(50, allow_none=True, metadata={"description": "Of a suggestion; not looked at"})
    perhaps = text(200, metadata={"description": "Of a suggestion; not looked at"})
    rules = Anything(metadata={"description": "Of a suggestion; not looked at"})


class Mapping(Schema):
    """Which column means what. Several columns may go to one field."""

    reading = fields.Nested(Reading)
    columns = CountedList(
        fields.Nested(MappedColumn), required=True, validate=validate.Length(max=MOST_COLUMNS)
    )
    constants = fields.Dict(
        keys=text(200, shortest=1),
        values=Anything(allow_none=True),
        validate=validate.Length(max=MOST_COLUMNS),
        metadata={"description": "By field: what every row has, which no column says"},
    )
    name_from = CountedList(
        ColumnName(),
        validate=validate.Length(max=10),
        metadata={"description": "Where a row has no name: the first of these columns that has something"},
    )


class ImportOptions(Schema):
    """What to do with the rows. What is started must have been checked with the same."""

    policy = one_of(
        *POLICIES,
        metadata={"description": "With a row whose customer is there; `create` while duplicates are allowed"},
    )
    teams = CountedList(Id(), validate=validate.Length(max=100))
    tags = CountedList(text(100, shortest=1), validate=validate.Length(max=100))
    unknown_options = one_of(*UNKNOWN_OPTIONS, metadata={"description": "`create` is for administrators"})


class RowDecision(Schema):
    """One of the three."""

    customer = Id(metadata={"description": "It is this one"})
    skip = OnlyTrue(metadata={"description": "Leave it out"})
    apply = OnlyTrue(metadata={"description": "Decide it again, as if it came now"})

    @validates_schema
    def exactly_one(self, data: Any, **_: Any) -> None:
        if len(data) != 1:
            raise ValidationError("Must be one of: customer, skip, apply.")


class RowQuery(PageQuery):
    result = one_of(*RESULTS, "drifted", "kept")


class TemplateQuery(Schema):
    format = one_of("csv", "xlsx", load_default="csv")
    language = one_of("en", "pt", "es", load_default="en")


class DetectedColumn(Schema):
    class Meta:
        unknown = "include"

    index = fields.Integer(required=True)
    header = fields.String(required=True, allow_none=True)
    letter = fields.String()
    samples = fields.List(fields.String(allow_none=True))
    filled = fields.Integer()


class Detected(Schema):
    """How the file is read, and what is in it."""

    class Meta:
        unknown = "include"

    format = fields.String()
    encoding = fields.String(allow_none=True)
    separator = fields.String(allow_none=True)
    quote = fields.String(allow_none=True)
    header_row = fields.Integer(allow_none=True)
    sheet = fields.String(allow_none=True)
    repair_encoding = fields.Boolean()
    sheets = fields.List(fields.Dict(), metadata={"description": "name, rows, hidden"})
    columns = objects(DetectedColumn)
    rows = fields.Integer(allow_none=True)
    damaged_encoding = fields.Dict(allow_none=True, metadata={"description": "rows, before, after"})
    rules = fields.List(fields.Dict(), metadata={"description": "code, detail"})
    warnings = fields.List(Anything())


class ImportIssue(Schema):
    """What is the matter with how many rows."""

    code = fields.String(required=True)
    column = fields.String(allow_none=True)
    count = fields.Integer(required=True)
    first_rows = fields.List(fields.Integer(), required=True)
    severity = fields.String(required=True)


class UnknownOption(Schema):
    field = fields.String(required=True)
    label = fields.String(required=True)
    count = fields.Integer(required=True)


class ListedImport(Schema):
    """A file on its way to become customers. What is in it is shown with the one import."""

    id = Id(required=True)
    kind = one_of("import", required=True)
    status = one_of(*JOB_STATUSES, required=True)
    phase = one_of(*PHASES, required=True)
    filename = fields.String(required=True)
    size = fields.Integer(required=True)
    options = fields.Dict(required=True, allow_none=True)
    progress = fields.Nested(Progress, required=True)
    counts = fields.Dict(keys=one_of(*RESULTS), values=fields.Integer(), required=True)
    rows = fields.Integer(allow_none=True, metadata={"description": "Of data, once they were counted"})
    blank = fields.Integer(required=True, allow_none=True)
    drifted = fields.Integer(required=True, metadata={"description": "Rows that came out otherwise"})
    undo_until = Moment(required=True, allow_none=True)
    problem = fields.Nested(JobProblem, required=True, allow_none=True)
    created_by = Id(required=True)
    created_at = Moment(required=True)
    started_at = Moment(required=True, allow_none=True)
    finished_at = Moment(required=True, allow_none=True)
    version = fields.Integer(required=True)
    links = fields.Dict(keys=fields.String(), values=fields.String(allow_none=True), required=True)


class Import(ListedImport):
    """A file on its way to become customers. `counts` add up to its rows; blank lines are none."""

    detected = fields.Nested(Detected, required=True, allow_none=True)
    suggested_mapping = fields.Dict(required=True, allow_none=True)
    mapping = fields.Dict(required=True, allow_none=True)
    issues = objects(ImportIssue, required=True)
    unknown_options = objects(UnknownOption, required=True)
    samples = Anything(required=True, allow_none=True)
    same_file = Anything(required=True, allow_none=True)
    undo = fields.Dict(required=True, allow_none=True)


class ImportRow(Schema):
    """One row of the file, and what becomes of it."""

    n = fields.Integer(required=True, metadata={"description": "As a spreadsheet counts"})
    cells = fields.Dict(keys=fields.String(), values=fields.String(allow_none=True), required=True)
    outcome = one_of(*RESULTS, required=True, allow_none=True)
    customer = Id(required=True, allow_none=True)
    code = fields.String(required=True, allow_none=True)
    errors = fields.List(fields.Dict(), required=True)
    warnings = fields.List(fields.Dict(), required=True)
    candidates = Anything(required=True, allow_none=True, metadata={"description": "Whom it may be"})
    drifted = fields.Boolean(required=True)
    undo = fields.Dict(allow_none=True)


class NewImportMapping(Schema):
    name = text(200, shortest=1, required=True)
    mapping = fields.Nested(Mapping, required=True)
    shared = Flag(metadata={"description": "With everybody; administrators may"})


class ImportMappingPatch(Schema):
    """A JSON merge patch; `mapping` is replaced as a whole."""

    name = text(200, shortest=1)
    mapping = fields.Nested(Mapping)
    shared = Flag()


class ImportMapping(Schema):
    """Columns of a kind of file that is imported again and again."""

    id = Id(required=True)
    name = fields.String(required=True)
    mapping = fields.Dict(required=True)
    shared = fields.Boolean(required=True)
    version = fields.Integer(required=True)
    created_at = Moment(required=True)
    updated_at = Moment(required=True)
