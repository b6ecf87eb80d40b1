"""Conversations that people here begin: shapes only. The customers service checks the values."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from gateway.schemas.fields import Id, Moment, one_of, text

_LONGEST_MESSAGE = 4_000
_SLUG = validate.Regexp(r"^[a-z][a-z0-9_.-]{0,49}$")
_SOURCE = "Which account of the channel writes: `/channels/<channel>/<account>`; needed if nothing else tells"


class NewConversation(Schema):
    channel = fields.String(required=True, validate=_SLUG, metadata={"example": "whatsapp"})
    source = text(255, shortest=1, allow_none=True, metadata={"description": _SOURCE})
    team = Id(allow_none=True, metadata={"description": "Without it your only team that the customer has"})
    contact_point_id = Id(
        allow_none=True, metadata={"description": "Over which address, if not over the best for the channel"}
    )
    message = text(_LONGEST_MESSAGE, allow_none=True, metadata={"description": "The first thing to say"})


class ConversationRequest(Schema):
    """What a connector was asked to begin, and what became of it. It never holds an address."""

    id = Id(required=True)
    customer = Id(required=True)
    channel = fields.String(required=True)
    source = fields.String(required=True)
    contact_point = Id(metadata={"description": "The id of the address; absent where contact data is hidden"})
    team = Id(required=True, allow_none=True)
    message = fields.String(required=True, allow_none=True)
    state = one_of("asked", "started", "refused", "expired", "no_connector", required=True)
    reason = fields.String(
        required=True, allow_none=True, metadata={"description": "The connector's code, if it refused"}
    )
    conversation = Id(
        required=True, allow_none=True, metadata={"description": "The item of the history that it began"}
    )
    asked_by = Id(required=True)
    asked_at = Moment(required=True)
    expires_at = Moment(required=True)
    closed_at = Moment(required=True, allow_none=True)
    version = fields.Integer(required=True)
    masked = fields.List(fields.String())
