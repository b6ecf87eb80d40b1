"""Notes: shapes only. The tasks service checks the values."""

from __future__ import annotations

from marshmallow import Schema, fields

from gateway.schemas.common import Change, PageQuery
from gateway.schemas.fields import Flag, Id, Moment, QueryFlag, one_of, text

_LONGEST_BODY = 10_000


class Note(Schema):
    """What somebody wrote down about a customer; for the note's team and administrators."""

    id = Id(required=True)
    kind = one_of("note", required=True)
    customer = Id(required=True)
    team = Id(required=True, allow_none=True, metadata={"description": "null: for administrators"})
    author = Id(required=True)
    body = fields.String(required=True)
    pinned = fields.Boolean(required=True)
    at = Moment(required=True)
    created_at = Moment(required=True)
    updated_at = Moment(required=True)
    version = fields.Integer(required=True)


class NoteQuery(PageQuery):
    pinned = QueryFlag()


class NewNote(Schema):
    body = text(_LONGEST_BODY, shortest=1, required=True)
    team = Id(allow_none=True, metadata={"description": "Without it your only team that the customer has"})
    pinned = Flag()


class NotePatch(Schema):
    body = text(_LONGEST_BODY, shortest=1)
    pinned = Flag()


class NoteChange(Change):
    """One change of a note, with what it was before and after."""

    kind = fields.String(required=True)
