"""The history of a customer, and everything for the page that shows one."""

from __future__ import annotations

from marshmallow import Schema, fields

from gateway.schemas.common import PageInfo, PageQuery, missing_parts
from gateway.schemas.conversations import ConversationRequest
from gateway.schemas.customers import Customer
from gateway.schemas.fields import Id, Moment, Words, objects, one_of
from gateway.schemas.notes import Note
from gateway.schemas.tasks import Task

HISTORY_KINDS = ("conversation", "appointment", "purchase", "note", "change", "message")
USUAL_KINDS = HISTORY_KINDS[:-1]


class HistoryQuery(PageQuery):
    kind = Words(
        *HISTORY_KINDS,
        metadata={"description": "Separated by commas; without it all but single messages"},
    )
    since = Moment(metadata={"description": "Included"})
    until = Moment(metadata={"description": "Not included"})


class HistoryItem(Schema):
    """What happened. Each kind has members of its own; `masked` names those that are hidden."""

    class Meta:
        unknown = "include"

    id = Id(required=True)
    kind = one_of(*HISTORY_KINDS, required=True)
    at = Moment(required=True)
    masked = fields.List(fields.String())


class HistoryPage(Schema):
    data = objects(HistoryItem, required=True)
    page = fields.Nested(PageInfo, required=True)
    missing = missing_parts("notes")


class PurchaseTotal(Schema):
    currency = fields.String(required=True)
    amount = fields.String(required=True, metadata={"description": "A decimal number"})
    purchases = fields.Integer(required=True)


class ProfileCounters(Schema):
    """Of what the caller could list; those of notes and tasks are absent while they are missing."""

    conversations = fields.Integer(required=True)
    appointments = fields.Integer(required=True)
    purchases = fields.Integer(required=True)
    purchase_totals = objects(PurchaseTotal, required=True)
    notes = fields.Integer()
    open_tasks = fields.Integer()


class LatestItems(Schema):
    """Up to five of each, newest first; upcoming appointments soonest first."""

    conversations = objects(HistoryItem, required=True)
    appointments = objects(HistoryItem, required=True)
    upcoming_appointments = objects(HistoryItem, required=True)
    purchases = objects(HistoryItem, required=True)


class Profile(Schema):
    customer = fields.Nested(Customer, required=True)
    counters = fields.Nested(ProfileCounters, required=True)
    latest = fields.Nested(LatestItems, required=True)
    requests = objects(
        ConversationRequest,
        required=True,
        metadata={"description": "The latest requests to start a conversation"},
    )
    possible_duplicates = fields.Integer(
        metadata={"description": "That the caller may see, up to 1,000; absent while it is missing"}
    )
    pinned_notes = objects(Note, metadata={"description": "Up to ten; absent while notes are missing"})
    open_tasks = objects(
        Task, metadata={"description": "Up to ten by due date; absent while tasks are missing"}
    )
    missing = missing_parts("notes", "tasks", "possible_duplicates")
