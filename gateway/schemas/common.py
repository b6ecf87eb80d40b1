"""Shapes that many operations share: pages, problems, small answers."""

from __future__ import annotations

from functools import cache
from typing import Any

from marshmallow import Schema, fields

from gateway.schemas.fields import Anything, Id, Moment, QueryNumber, objects, one_of, text

# Cursors hold the last row's sort key: a name may fold to eighteen times its length.
LONGEST_CURSOR = 10_000


class PageQuery(Schema):
    limit = QueryNumber(low=1, high=200, load_default=50)
    cursor = text(LONGEST_CURSOR, shortest=1)


class PageInfo(Schema):
    next = fields.String(
        required=True, allow_none=True, metadata={"description": "The cursor of the next page"}
    )
    has_more = fields.Boolean(required=True)


class Total(Schema):
    value = fields.Integer(required=True)
    relation = one_of("eq", "gte", required=True)


@cache
def page_of(item: type[Schema], *, with_total: bool = False) -> type[Schema]:
    """The envelope of a list of `item`."""
    members: dict[str, fields.Field[Any]] = {
        "data": objects(item, required=True),
        "page": fields.Nested(PageInfo, required=True),
    }
    if with_total:
        members["total"] = fields.Nested(Total)
    return Schema.from_dict(members, name=f"{item.__name__}Page")


def missing_parts(*names: str) -> fields.Field[Any]:
    """What an answer from several services may lack."""
    words = "What could not be had in time; the rest is complete"
    return fields.List(one_of(*names), required=True, metadata={"description": words})


class Fault(Schema):
    pointer = fields.String(required=True, metadata={"description": "RFC 6901 pointer to what is wrong"})
    code = fields.String(required=True)
    detail = fields.String(required=True)


class Problem(Schema):
    """Why a request was refused (RFC 9457). Some codes bring members of their own."""

    class Meta:
        unknown = "include"

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    instance = fields.String(required=True)
    code = fields.String(required=True, metadata={"description": "Stable; what programs look at"})
    request_id = fields.String(required=True)


class ValidationProblem(Problem):
    """Something in the request is wrong; `errors` says what and where."""

    errors = objects(Fault)


class StaleProblem(Problem):
    """Somebody changed it meanwhile; `current` is the resource as it is now, of a merge each by its id."""

    current = fields.Dict()


class DefectProblem(Problem):
    """A bug on our side; quote the reference when you report it."""

    reference = fields.String(required=True)


class MatchLinks(Schema):
    view = fields.String()
    merge = fields.String()
    update = fields.String()


class Match(Schema):
    """An existing customer that the caller may see."""

    id = Id(required=True)
    name = fields.String(required=True)
    matched_on = fields.List(fields.String(), required=True)
    version = fields.Integer(required=True)
    links = fields.Nested(MatchLinks)


class ConflictProblem(Problem):
    """It does not fit the present state. For `duplicate_customer` the members say what matched."""

    matched_on = fields.List(fields.String())
    matches = objects(Match)
    restricted_match = fields.Boolean()
    access_request_token = fields.String(allow_none=True)
    customers = fields.Nested(Total)
    notes = fields.Nested(Total)
    merge = fields.Dict(metadata={"description": "The merge as it is"})
    saved_filter = fields.Dict(metadata={"description": "The caller's one of this name: id, name"})
    tag = fields.Dict(metadata={"description": "The other one, which has this name"})
    option = fields.Dict(metadata={"description": "The other one, which has this label"})
    mapping = fields.Dict(metadata={"description": "The caller's one of this name: id, name"})
    configuration = fields.Dict(metadata={"description": "The same, of a report"})
    offer = fields.Dict(metadata={"description": "A body with which the same request joins the two"})


class Change(Schema):
    """One entry of the history of a thing: when, by whom, what was there before and what after."""

    class Meta:
        unknown = "include"

    id = Id(required=True)
    at = Moment(required=True)
    by = Id(required=True, allow_none=True)
    before = Anything(allow_none=True)
    after = Anything(allow_none=True)


class Reference(Schema):
    id = Id(required=True)
    name = fields.String(required=True)


class Health(Schema):
    status = fields.String(required=True)
    parts = fields.Dict(keys=fields.String(), values=fields.String())


class AuditEntry(Schema):
    id = Id(required=True)
    at = Moment(required=True)
    user_id = Id(required=True)
    operation = fields.String(required=True)
    target = fields.String(required=True, allow_none=True)
    outcome = one_of("started", "done", "restricted_duplicate", required=True)
    request_id = fields.String(required=True)


class UnknownTeam(Schema):
    class Meta:
        unknown = "include"

    name = fields.String(required=True)


class EventsAccepted(Schema):
    accepted = fields.Integer(required=True)
    repeated = fields.Integer(required=True)


class Count(Schema):
    count = fields.Integer(required=True)
