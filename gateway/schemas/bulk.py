"""Bulk actions: shapes only. The customers service checks what each action may be asked with."""

from __future__ import annotations

from typing import Any, ClassVar

from marshmallow import Schema, ValidationError, fields, validate

from gateway.schemas.common import Total
from gateway.schemas.customers import STATUSES
from gateway.schemas.fields import UUID_TEXT, Anything, CountedList, Flag, Id, one_of, text
from gateway.schemas.jobs import Job

ACTIONS = (
    "add_tags",
    "remove_tags",
    "set_field",
    "assign_team",
    "unassign_team",
    "set_status",
    "set_assignee",
    "delete",
)
MAX_IDS = 10_000
MOST_VALUES = 2 * MAX_IDS + 1_000


class Assignee(Id):
    """A user's id, or `me`."""

    json_schema: ClassVar[dict[str, Any]] = {
        "pattern": "^(me|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$"
    }

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        return "me" if value == "me" else super()._deserialize(value, attr, data, **kwargs)


class OnlyTrue(Flag):
    """true, or nothing."""

    json_schema: ClassVar[dict[str, Any]] = {"const": True}

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> bool:
        if super()._deserialize(value, attr, data, **kwargs):
            return True
        raise ValidationError("Must be true.")


class Ids(fields.Field[Any]):
    """A list of many ids, read in one go: a field for each would take the process too long."""

    json_schema: ClassVar[dict[str, Any]] = {
        "type": "array",
        "items": {"type": "string", "format": "uuid"},
        "maxItems": MAX_IDS,
    }

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> list[str]:
        if not isinstance(value, list):
            raise ValidationError("Not a valid list.")
        if len(value) > MAX_IDS:
            raise ValidationError(f"Longer than maximum length {MAX_IDS}.")
        for position, each in enumerate(value):
            if not isinstance(each, str) or not UUID_TEXT.fullmatch(each):
                raise ValidationError({position: ["Not a valid UUID."]})
        return [each.lower() for each in value]


class Selection(Schema):
    """Whom it is about: `ids`, or everybody who matches `q`, `filter`, `saved_filter`, or `all`."""

    ids = Ids()
    q = text(200, allow_none=True)
    filter = Anything(allow_none=True)
    saved_filter = Id(allow_none=True)
    all = OnlyTrue(metadata={"description": "Everybody whom the caller sees"})
    sort = text(100, allow_none=True, metadata={"description": "Of no account here"})
    except_ = Ids(data_key="except", attribute="except", metadata={"description": "But not these"})


class NewBulk(Schema):
    """One action with its argument, and whom it is about."""

    action = one_of(*ACTIONS, required=True)
    tags = CountedList(
        text(100), validate=validate.Length(max=100), metadata={"description": "add_tags, remove_tags"}
    )
    field = text(100, shortest=1, metadata={"description": "set_field: `plan` or `custom.plan`"})
    value = Anything(allow_none=True, metadata={"description": "set_field: null clears"})
    team = Id(metadata={"description": "assign_team, unassign_team"})
    status = one_of(*STATUSES, metadata={"description": "set_status"})
    assignee = Assignee(allow_none=True, metadata={"description": "set_assignee: null clears"})
    selection = fields.Nested(Selection)
    ids = Ids(metadata={"description": "Short for `selection: {ids}`"})
    filter = Anything(metadata={"description": "Short for `selection: {filter}`"})
    dry_run = Flag(load_default=False, metadata={"description": "Only count; nothing changes"})


class BulkCounts(Schema):
    """They add up to `progress.done`."""

    changed = fields.Integer(required=True)
    unchanged = fields.Integer(required=True)
    refused = fields.Integer(required=True)


class Bulk(Job):
    """A bulk action, waiting, under way or over."""

    kind = one_of("bulk", required=True)
    action = one_of(*ACTIONS, required=True)
    arguments = fields.Dict(required=True, metadata={"description": "What the action was asked with"})
    counts = fields.Nested(BulkCounts, required=True)


class Matched(Schema):
    """To how many a dry run would have done it."""

    dry_run = fields.Boolean(required=True)
    matched = fields.Nested(Total, required=True)


class BulkRefusal(Schema):
    customer_id = Id(required=True)
    code = fields.String(required=True)
    detail = fields.String(required=True)
