"""Finding customers: what is asked, filters that are kept, what can be filtered by. Shapes only."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from gateway.schemas.common import LONGEST_CURSOR, PageInfo, PageQuery, Total
from gateway.schemas.customers import Customer
from gateway.schemas.fields import (
    Anything,
    Flag,
    Id,
    Moment,
    QueryFlag,
    QueryJson,
    WholeNumber,
    Words,
    objects,
    one_of,
    text,
)

_SORT = validate.Regexp(r"^-?[a-z_]+(\.[A-Za-z0-9_-]+)?$")
_LONGEST_Q = 200
# The largest filter that is not refused for its comparisons or values, in a query string.
_LONGEST_FILTER = 30_000
_Q = {"description": "Words of the name, a phone, an e-mail or a tag; all of them must match"}
_FILTER = {
    "description": "`{and: […]}`, `{or: […]}`, `{not: …}` or `{field, op, value}`; see the filter schema",
    "example": {
        "and": [
            {"field": "tags", "op": "any_of", "value": ["vip"]},
            {"not": {"field": "status", "op": "eq", "value": "blocked"}},
            {"field": "last_interaction_at", "op": "within_last", "value": {"n": 30, "unit": "day"}},
        ]
    },
}
_SAVED = {"description": "One to use besides; what is asked here goes before its search text and order"}


class CustomerQuery(PageQuery):
    q = text(_LONGEST_Q, metadata=_Q)
    filter = QueryJson(_LONGEST_FILTER, metadata={"description": "A filter as JSON text"})
    saved_filter = Id(metadata=_SAVED)
    sort = fields.String(validate=_SORT)
    include = Words("total", load_default=list)
    deleted = QueryFlag(load_default=False, metadata={"description": "Administrators: what can be restored"})


class CustomerSearch(Schema):
    q = text(_LONGEST_Q, allow_none=True, metadata=_Q)
    filter = Anything(allow_none=True, metadata=_FILTER)
    saved_filter = Id(allow_none=True, metadata=_SAVED)
    limit = WholeNumber(load_default=50, validate=validate.Range(1, 200))
    cursor = text(LONGEST_CURSOR, shortest=1, allow_none=True)
    sort = fields.String(allow_none=True, validate=_SORT)
    include = fields.List(one_of("total"), load_default=list, validate=validate.Length(max=10))


class FilterProblem(Schema):
    """What a saved filter names that is out of use, or not for the caller."""

    pointer = fields.String(required=True)
    code = fields.String(required=True)
    detail = fields.String(required=True)


class CustomerPage(Schema):
    data = objects(Customer, required=True)
    page = fields.Nested(PageInfo, required=True)
    total = fields.Nested(Total)
    capped = fields.Boolean(metadata={"description": "There are more matches than the order could look at"})
    warnings = objects(FilterProblem, metadata={"description": "About the saved filter that was used"})


class _SavedFilterData(Schema):
    name = text(200, shortest=1)
    q = text(_LONGEST_Q, allow_none=True, metadata=_Q)
    filter = Anything(allow_none=True, metadata=_FILTER)
    sort = fields.String(allow_none=True, validate=_SORT)
    columns = fields.List(text(100), allow_none=True, validate=validate.Length(max=100))
    shared_with_team = Id(allow_none=True)


class NewSavedFilter(_SavedFilterData):
    name = text(200, shortest=1, required=True)


class SavedFilterPatch(_SavedFilterData):
    """A JSON merge patch; `filter` is replaced as a whole."""


class SavedFilter(Schema):
    """Search text, filter, order and columns under a name. Tags, options and teams are held by id."""

    id = Id(required=True)
    name = fields.String(required=True)
    q = fields.String(required=True, allow_none=True)
    filter = fields.Dict(required=True, allow_none=True, metadata=_FILTER)
    sort = fields.String(required=True, allow_none=True)
    columns = fields.List(fields.String(), required=True, allow_none=True)
    shared_with_team = Id(required=True, allow_none=True)
    owner = Id(required=True)
    mine = Flag(required=True)
    problems = objects(FilterProblem, required=True)
    time_zone = fields.String(required=True, metadata={"description": "Where its days begin and end"})
    version = fields.Integer(required=True)
    created_at = Moment(required=True)
    updated_at = Moment(required=True)


class FilterOption(Schema):
    id = fields.String(required=True)
    label = fields.String(required=True)
    colour = fields.String(required=True, allow_none=True)
    archived = Flag(required=True)


class FilterField(Schema):
    field = fields.String(required=True)
    label = fields.String(required=True)
    type = fields.String(required=True)
    ops = fields.List(fields.String(), required=True)
    sortable = Flag(required=True)
    options = objects(FilterOption)


class FilterLimits(Schema):
    depth = fields.Integer(required=True)
    leaves = fields.Integer(required=True)
    values = fields.Integer(required=True)
    text = fields.Integer(required=True)


class FilterSchema(Schema):
    """What the caller can filter by. Contact data is not among it where it is hidden from them."""

    fields_ = objects(FilterField, required=True, data_key="fields")
    limits = fields.Nested(FilterLimits, required=True)
    units = fields.List(fields.String(), required=True)
    time_zone = fields.String(required=True)
