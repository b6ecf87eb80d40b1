"""Tags: shapes only. The customers service checks the values."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from gateway.schemas.common import PageQuery, Total, missing_parts
from gateway.schemas.definitions import HOLDERS, HolderWarning
from gateway.schemas.fields import Id, objects, text

_COLOUR = validate.Regexp(r"^#[0-9a-fA-F]{6}$", error="Not a colour such as #1a73e8.")


class Tag(Schema):
    id = Id(required=True)
    name = fields.String(required=True)
    colour = fields.String(required=True)
    customers = fields.Nested(
        Total, required=True, metadata={"description": "That the caller may see: exact up to 1,000"}
    )
    version = fields.Integer(required=True)


class ChangedTag(Tag):
    """A tag under its new name, and what holds the old one."""

    warnings = objects(HolderWarning, required=True)
    missing = missing_parts(*HOLDERS)


class TagQuery(PageQuery):
    q = text(100, load_default=None, metadata={"description": "How a name begins, to type ahead"})


class NewTag(Schema):
    name = text(100, shortest=1, required=True)
    colour = fields.String(allow_none=True, validate=_COLOUR)


class TagPatch(Schema):
    name = text(100, shortest=1)
    colour = fields.String(
        allow_none=True, validate=_COLOUR, metadata={"description": "null: the colour that the name gives"}
    )
    merge_into = Id(metadata={"description": "Alone: the tag that this one becomes a part of"})
