"""Long work as it is shown, whatever it is about."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from gateway.schemas.fields import Id, Moment, one_of

JOB_STATUSES = (
    "queued",
    "running",
    "awaiting_input",
    "succeeded",
    "partially_failed",
    "failed",
    "cancelled",
)


class Progress(Schema):
    done = fields.Integer(required=True)
    total = fields.Integer(required=True, allow_none=True)
    percent = fields.Float(required=True, allow_none=True)
    rate = fields.Float(required=True, allow_none=True, metadata={"description": "A second, on average"})
    eta_seconds = fields.Integer(required=True, allow_none=True)


class JobProblem(Schema):
    code = fields.String(required=True)
    detail = fields.String(required=True)
    reference = fields.String(metadata={"description": "To be found in the logs"})


class Job(Schema):
    """Work that takes a while: waiting, under way or over."""

    id = Id(required=True)
    kind = fields.String(required=True)
    status = one_of(*JOB_STATUSES, required=True)
    progress = fields.Nested(Progress, required=True)
    counts: fields.Field[Any] = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    problem = fields.Nested(JobProblem, required=True, allow_none=True)
    cancel_requested = fields.Boolean(required=True)
    created_by = Id(required=True)
    created_at = Moment(required=True)
    started_at = Moment(required=True, allow_none=True)
    finished_at = Moment(required=True, allow_none=True)
    version = fields.Integer(required=True)
