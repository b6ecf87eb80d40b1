"""Tasks and their comments: shapes only. The tasks service checks the values."""

from __future__ import annotations

from marshmallow import Schema, fields

from gateway.schemas.common import Change, PageQuery
from gateway.schemas.fields import Id, Moment, QueryFlag, Words, one_of, text

PRIORITIES = ("low", "medium", "high", "urgent")
STATUSES = ("open", "in_progress", "done", "cancelled")
SORTS = ("due_at", "-created_at")
_TITLE, _DESCRIPTION, _COMMENT = 200, 10_000, 10_000


class Task(Schema):
    """Something to do. Whoever has to do it and may not see its customer any more sees it `limited`."""

    id = Id(required=True)
    title = fields.String(required=True)
    description = fields.String(required=True, allow_none=True)
    due_at = Moment(required=True, allow_none=True)
    responsible = Id(required=True)
    author = Id(required=True)
    priority = one_of(*PRIORITIES, required=True)
    status = one_of(*STATUSES, required=True)
    customer = Id(required=True, allow_none=True)
    overdue = fields.Boolean(required=True)
    limited = fields.Boolean(metadata={"description": "true: without description, customer and comments"})
    created_at = Moment(required=True)
    updated_at = Moment(required=True)
    completed_at = Moment(required=True, allow_none=True)
    version = fields.Integer(required=True)


class _TaskFilter(PageQuery):
    overdue = QueryFlag()
    status = Words(*STATUSES, metadata={"description": "Separated by commas"})
    priority = Words(*PRIORITIES, metadata={"description": "Separated by commas"})
    sort = one_of(*SORTS, metadata={"description": "By default `due_at`, those without one last"})


class CustomerTaskQuery(_TaskFilter):
    pass


class TaskQuery(_TaskFilter):
    mine = QueryFlag(metadata={"description": "true: those that I am responsible for"})
    team = QueryFlag(metadata={"description": "true: those that somebody of my teams is responsible for"})
    customer = Id()


class _TaskData(Schema):
    title = text(_TITLE, shortest=1)
    description = text(_DESCRIPTION, allow_none=True)
    due_at = Moment(allow_none=True)
    responsible = Id()
    priority = one_of(*PRIORITIES)


class NewCustomerTask(_TaskData):
    title = text(_TITLE, shortest=1, required=True)


class NewTask(NewCustomerTask):
    customer = Id(allow_none=True)


class TaskPatch(_TaskData):
    status = one_of(*STATUSES)
    customer = Id(allow_none=True)


class TaskChange(Change):
    """One change of one field of a task."""

    field = fields.String(required=True)


class Comment(Schema):
    id = Id(required=True)
    task = Id(required=True)
    author = Id(required=True)
    body = fields.String(required=True)
    created_at = Moment(required=True)
    updated_at = Moment(required=True)
    version = fields.Integer(required=True)


class CommentText(Schema):
    body = text(_COMMENT, shortest=1, required=True)
