"""Messages that a service could not handle."""

from __future__ import annotations

from marshmallow import Schema, fields

from gateway.schemas.common import PageInfo, PageQuery, missing_parts
from gateway.schemas.fields import Id, Moment, objects, one_of

SERVICES = ("customers", "dedup", "reports", "tasks")  # those that keep what they could not handle


class DeadLetter(Schema):
    """A message that a service could not handle. Its body is not shown: it is somebody's words."""

    id = Id(required=True)
    service = one_of(*SERVICES, required=True, metadata={"description": "Which one keeps it"})
    exchange = fields.String(required=True)
    routing_key = fields.String(required=True)
    event_type = fields.String(required=True, allow_none=True)
    content_type = fields.String(required=True, allow_none=True)
    body_size = fields.Integer(required=True)
    body_complete = fields.Boolean(required=True, metadata={"description": "Only whole ones can be replayed"})
    reason = fields.String(required=True, metadata={"description": "A stable code"})
    detail = fields.String(required=True)
    attempts = fields.Integer(required=True)
    first_seen = Moment(required=True)
    last_seen = Moment(required=True)


class DeadLetterPage(Schema):
    data = objects(DeadLetter, required=True)
    page = fields.Nested(PageInfo, required=True)
    missing = missing_parts(*SERVICES)


class DeadLetterQuery(PageQuery):
    service = one_of(*SERVICES, metadata={"description": "Only what this one keeps"})
