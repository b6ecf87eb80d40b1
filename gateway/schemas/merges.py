"""Merges: shapes only. The customers service says what may be merged and what comes of it."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from gateway.schemas.common import PageQuery, missing_parts
from gateway.schemas.customers import Customer
from gateway.schemas.fields import (
    Anything,
    CountedList,
    Flag,
    Id,
    Moment,
    QueryFlag,
    WholeNumber,
    objects,
    one_of,
    text,
)
from gateway.schemas.jobs import Job

MOST_DUPLICATES = 9  # beside the primary
_MOST_FIELDS = 500
_VALUES = "By field: a value that one of them has, or `{from: the id of one of them}`; the rest as by default"


class MergePlan(Schema):
    """Which customers become one, and whose values count where they differ."""

    primary = Id(
        required=True, metadata={"description": "Keeps its id, and its values unless said otherwise"}
    )
    duplicates = CountedList(Id(), required=True, validate=validate.Length(min=1, max=MOST_DUPLICATES))
    values = fields.Dict(
        keys=text(120, shortest=1),
        values=Anything(allow_none=True),
        validate=validate.Length(max=_MOST_FIELDS),
        metadata={"description": _VALUES},
    )


class NewMerge(MergePlan):
    versions = fields.Dict(
        keys=Id(),
        values=WholeNumber(validate=validate.Range(min=1)),
        validate=validate.Length(max=MOST_DUPLICATES + 1),
        metadata={"description": "By customer, the version that you saw. Needed without `If-Match: *`"},
    )


class Merge(Schema):
    """That customers became one; `primary` is the one that stayed."""

    id = Id(required=True)
    primary = Id(required=True)
    duplicates = fields.List(Id(), required=True)
    status = one_of("applied", "undone", required=True)
    merged_by = Id(required=True, allow_none=True)
    merged_at = Moment(required=True)
    undo_until = Moment(required=True, metadata={"description": "It can be undone until then"})
    undone_by = Id(required=True, allow_none=True)
    undone_at = Moment(required=True, allow_none=True)
    version = fields.Integer(required=True)


class WrittenMerge(Merge):
    customer = fields.Nested(Customer, required=True, metadata={"description": "What it is now"})


class MergeQuery(PageQuery):
    customer = Id(metadata={"description": "Only those that this customer is made of"})


class Choice(Schema):
    """A value that one of the customers has."""

    customer = Id(required=True)
    value = Anything(required=True, allow_none=True)


class MergedField(Schema):
    """What the survivor will have in one field, and from whom."""

    field = fields.String(required=True)
    chosen_from = Id(required=True, allow_none=True)
    value = Anything(required=True, allow_none=True)
    choices = objects(Choice, required=True)
    conflict = fields.Boolean(required=True, metadata={"description": "Whether there is something to choose"})


class Moves(Schema):
    """What comes along from one customer, of what the caller could list, up to a bound."""

    conversations = fields.Integer(required=True)
    messages = fields.Integer(required=True)
    appointments = fields.Integer(required=True)
    purchases = fields.Integer(required=True)
    contact_points = fields.Integer(metadata={"description": "Absent where contact data is hidden"})
    changes = fields.Integer(required=True)
    notes = fields.Integer(metadata={"description": "Absent while notes are missing"})
    open_tasks = fields.Integer(metadata={"description": "Absent while tasks are missing"})


class MergePreview(Schema):
    """What a merge would lead to. `versions` are those to merge with."""

    result = fields.Nested(Customer, required=True)
    versions = fields.Dict(keys=Id(), values=fields.Integer(), required=True)
    fields_ = objects(MergedField, required=True, data_key="fields")
    moves = fields.Dict(
        keys=Id(),
        values=fields.Nested(Moves),
        required=True,
        metadata={"description": "By the id of each that is absorbed"},
    )
    records = fields.Integer(required=True, metadata={"description": "Of how many records it will be made"})
    missing = missing_parts("notes", "tasks")


class UndoQuery(Schema):
    dry_run = QueryFlag(metadata={"description": "true: only say what would come of it"})


class KeptField(Schema):
    """Something of the survivor that stays as it is."""

    field = fields.String(required=True)
    reason = one_of("changed_since", required=True)


class NotReturned(Schema):
    """A contact point that cannot go back to the customer who had it."""

    customer = Id(required=True)
    kind = fields.String(required=True)
    value = fields.String(metadata={"description": "Absent where contact data is hidden"})
    reason = one_of("held_by_other", "held_by_survivor", required=True)


class PartedMerge(Merge):
    """A merge that was undone, for who may see only some of its customers now: the others are not named."""

    primary = Id(required=True, allow_none=True)


class UndoneMerge(Schema):
    """What came, or would come, of undoing a merge. `survivor` is null for who does not see it any more."""

    merge = fields.Nested(PartedMerge, required=True)
    survivor = fields.Nested(Customer, required=True, allow_none=True)
    restored = objects(Customer, required=True)
    kept = objects(KeptField, required=True)
    not_returned = objects(NotReturned, required=True)


class BulkMergeCounts(Schema):
    """They add up to `progress.done`: of a dry run what would become of each."""

    merged = fields.Integer(required=True)
    unchanged = fields.Integer(required=True)
    refused = fields.Integer(required=True)


class SampledMerge(Schema):
    """Who would become one: the primary first."""

    primary = Id(required=True)
    size = fields.Integer(required=True)
    customers = objects(Customer, required=True)


class BulkMerge(Job):
    """Many merges as one piece of work, or with `dry_run` what they would be."""

    kind = one_of("merge_exact", required=True)
    dry_run = fields.Boolean(required=True)
    clusters = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "null until they are counted"},
    )
    merges = fields.Integer(required=True)
    counts = fields.Nested(BulkMergeCounts, required=True)
    sample = objects(SampledMerge, metadata={"description": "Of a dry run, where one is read"})


class BulkMergeRefusal(Schema):
    customer_id = Id(required=True)
    code = fields.String(required=True)


class NewBulkMerge(Schema):
    kind = one_of(
        "exact", required=True, metadata={"description": "Customers who share an address or a line"}
    )
    dry_run = Flag(load_default=False, metadata={"description": "Only say what would be merged"})
