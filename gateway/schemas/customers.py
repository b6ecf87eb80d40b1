"""Customers, their definitions and settings: shapes only. The customers service checks the values."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from gateway.schemas.fields import (
    Anything,
    Flag,
    Id,
    ListOrChange,
    Moment,
    objects,
    one_of,
    text,
)

_ADDRESS = 1000
STATUSES = ("active", "inactive", "blocked")
KINDS = ("email", "phone", "whatsapp", "instagram", "facebook", "telegram", "external")


class ContactPoint(Schema):
    id = Id(required=True)
    kind = fields.String(required=True)
    value = fields.String(required=True)
    raw = fields.String()
    scope = fields.String(metadata={"description": "Platform ids only: the account that issued it"})
    label = fields.String(required=True, allow_none=True)
    primary = fields.Boolean(required=True)


class Customer(Schema):
    """One clean record of one person. Contact data is absent, and named in `masked`, where it is hidden."""

    id = Id(required=True)
    name = fields.String(required=True)
    email = fields.String(allow_none=True)
    phone = fields.String(allow_none=True)
    whatsapp = fields.String(allow_none=True)
    contact_points = objects(ContactPoint)
    masked = fields.List(fields.String())
    tags = fields.List(fields.String(), required=True)
    teams = fields.List(Id(), required=True)
    assignee = Id(required=True, allow_none=True)
    status = one_of(*STATUSES, required=True)
    channel = fields.String(required=True)
    custom = fields.Dict(keys=fields.String(), required=True)
    created_at = Moment(required=True)
    updated_at = Moment(required=True)
    last_interaction_at = Moment(required=True, allow_none=True)
    deleted_at = Moment(metadata={"description": "In the list of deleted customers"})
    version = fields.Integer(required=True)


class NewContactPoint(Schema):
    id = Id()
    kind = one_of(*KINDS, required=True)
    value = text(_ADDRESS, shortest=1, required=True)
    scope = text(200, allow_none=True)
    label = text(100, allow_none=True)
    primary = Flag()


class _CustomerData(Schema):
    name = text(1000, allow_none=True)
    email = text(_ADDRESS, allow_none=True)
    phone = text(_ADDRESS, allow_none=True)
    whatsapp = text(_ADDRESS, allow_none=True)
    assignee = Id(allow_none=True)
    status = one_of(*STATUSES)
    custom = fields.Dict(keys=text(100, shortest=1), values=Anything(allow_none=True))


class NewCustomer(_CustomerData):
    name = text(1000, required=True)
    contact_points = objects(NewContactPoint, validate=validate.Length(max=100))
    tags = fields.List(text(100), validate=validate.Length(max=100))
    teams = fields.List(Id(), validate=validate.Length(max=100))
    channel = text(50, shortest=1)
    allow_duplicate = Flag(load_default=False, metadata={"description": "Administrators only"})


class CustomerPatch(_CustomerData):
    """A JSON merge patch; the three lists also take `{add, remove}`."""

    contact_points = ListOrChange(
        "ContactPointChange", fields.Nested(NewContactPoint), removes=Id(), most=100
    )
    tags = ListOrChange("TagChange", text(100), removes=text(100), most=100)
    teams = ListOrChange("TeamChange", Id(), removes=Id(), most=100)
    allow_duplicate = Flag(load_default=False, metadata={"description": "Administrators only"})


class Absorb(_CustomerData):
    """What was typed for a customer that turned out to exist."""

    mode = one_of("merge", load_default="merge")
    channel = text(
        50, shortest=1, metadata={"description": "Taken as for a new customer; the present one stays"}
    )
    contact_points = objects(NewContactPoint, validate=validate.Length(max=100))
    tags = fields.List(text(100), validate=validate.Length(max=100))
    teams = fields.List(Id(), validate=validate.Length(max=100))


class WrittenCustomer(Customer):
    warnings = fields.List(
        fields.Dict(), metadata={"description": "Duplicates that were allowed, for instance"}
    )
