"""Possible duplicates and requests for access: shapes only. The dedup service checks the values."""

from __future__ import annotations

from marshmallow import Schema, fields

from gateway.schemas.common import MatchLinks, PageQuery
from gateway.schemas.customers import Customer
from gateway.schemas.fields import Id, Moment, QueryFlag, QueryNumber, objects, one_of, text

REASONS = (
    "same_line",
    "same_email",
    "same_platform_id",
    "similar_name",
    "same_local_part",
    "same_domain",
    "close_phone",
    "told_together",
)
_ADDRESS = 1000


class TypedContact(Schema):
    """What somebody has typed so far."""

    name = text(1000, allow_none=True)
    email = text(_ADDRESS, allow_none=True)
    phone = text(_ADDRESS, allow_none=True)
    whatsapp = text(_ADDRESS, allow_none=True)


class Reason(Schema):
    """Why two look like one person."""

    code = one_of(*REASONS, required=True)
    score = fields.Integer(metadata={"description": "Of 100, where there is more than yes and no"})


class CheckedMatch(Customer):
    """A customer that the caller may see and that may be the one who is being typed."""

    matched_on = fields.List(fields.String(), required=True)
    certainty = one_of("exact", "likely", required=True)
    score = fields.Integer(required=True, metadata={"description": "Of 100"})
    reasons = objects(Reason, required=True)
    links = fields.Nested(MatchLinks, required=True)


class Checked(Schema):
    matches = objects(CheckedMatch, required=True)


class PairQuery(PageQuery):
    min_score = QueryNumber(low=0, high=100)
    shared = QueryFlag(metadata={"description": "true: only those who share an address or a line"})
    customer = Id()
    reason = one_of(*REASONS)


class Pair(Schema):
    """Two customers who may be one person."""

    id = Id(required=True)
    customers = objects(Customer, required=True)
    score = fields.Integer(required=True, metadata={"description": "Of 100"})
    reasons = objects(Reason, required=True)
    shared_identity = fields.Boolean(required=True)
    cluster = Id(required=True, metadata={"description": "Pairs that hang together have the same"})
    found_at = Moment(required=True)
    decision = one_of("not_duplicate", required=True, allow_none=True)


class PairDecision(Schema):
    decision = one_of("not_duplicate", required=True)


class Cluster(Schema):
    """Customers who hang together by pairs, as far as the caller may see them."""

    id = Id(required=True)
    customers = objects(Customer, required=True)
    pairs = objects(Pair, required=True)
    exact = fields.Boolean(
        required=True, metadata={"description": "Whether what they share holds all together"}
    )
    score = fields.Integer(required=True, metadata={"description": "The highest of its pairs"})


class NewAccessRequest(Schema):
    token = text(200, shortest=1, required=True, metadata={"description": "`access_request_token` of a 409"})


class AccessRequestQuery(PageQuery):
    state = one_of("pending", "granted", "declined")


class AccessDecision(Schema):
    decision = one_of("granted", "declined", required=True)
    team = Id(metadata={"description": "Of whoever asks: which one gets the customer"})


class AccessRequest(Schema):
    """That somebody asks to see a customer of another team. To whoever asks, `declined` says `pending`."""

    id = Id(required=True)
    state = one_of("pending", "granted", "declined", required=True)
    asked_by = Id(required=True)
    asked_at = Moment(required=True)
    matched_on = fields.List(fields.String(), required=True, metadata={"description": "What was typed"})
    customer = Id(required=True, allow_none=True, metadata={"description": "null until you may see it"})
    team = Id(allow_none=True, metadata={"description": "Which got the customer"})
    decided_by = Id(allow_none=True)
    decided_at = Moment(allow_none=True)
    version = fields.Integer(required=True)
