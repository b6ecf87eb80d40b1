"""Users, teams, sessions and keys."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from gateway.accounts.passwords import LONGEST, SHORTEST
from gateway.schemas.common import PageQuery, Reference
from gateway.schemas.fields import Flag, Id, Moment, email_address, filled, one_of, text

ROLES = ("admin", "agent")
KEY_ROLES = (*ROLES, "connector")


def _password(**kwargs: bool) -> fields.String:
    return text(LONGEST, shortest=SHORTEST, **kwargs)


class Credentials(Schema):
    email = text(320, shortest=1, required=True)
    password = text(LONGEST, shortest=1, required=True)


class User(Schema):
    id = Id(required=True)
    name = fields.String(required=True)
    email = fields.String(required=True)
    role = one_of(*ROLES, required=True)
    active = fields.Boolean(required=True)
    teams = fields.List(Id(), required=True)
    version = fields.Integer(required=True)
    created_at = Moment(required=True)
    updated_at = Moment(required=True)


class SessionOpened(Schema):
    token = fields.String(required=True, metadata={"description": "Send it as Authorization: Bearer"})
    expires_at = Moment(required=True)
    user = fields.Nested(User, required=True)


class NewUser(Schema):
    name = filled(200, required=True)
    email = email_address(required=True)
    password = _password(required=True)
    role = one_of(*ROLES, required=True)


class UserPatch(Schema):
    name = filled(200)
    email = email_address()
    password = _password()
    role = one_of(*ROLES)
    active = Flag()


class UserQuery(PageQuery):
    for_customer = Id(metadata={"description": "Only active users who can see this customer"})


class UserOrReference(Schema):
    """Administrators get whole users; with `for_customer` everybody gets id and name."""

    id = Id(required=True)
    name = fields.String(required=True)
    email = fields.String()
    role = one_of(*ROLES)
    active = fields.Boolean()
    teams = fields.List(Id())
    version = fields.Integer()
    created_at = Moment()
    updated_at = Moment()


class BindingSettings(Schema):
    class Meta:
        unknown = "include"

    hide_contact_data = fields.Boolean()
    allow_duplicates = fields.Boolean()


class Me(Schema):
    id = Id(required=True)
    name = fields.String(required=True)
    email = fields.String(required=True, allow_none=True)
    role = one_of(*KEY_ROLES, required=True)
    teams = fields.List(fields.Nested(Reference), required=True)
    version = fields.Integer(required=True)
    settings = fields.Nested(
        BindingSettings,
        required=True,
        allow_none=True,
        metadata={"description": "null for connectors, and while the customers service does not answer"},
    )


class MePatch(Schema):
    name = filled(200)
    current_password = text(LONGEST, shortest=1)
    new_password = _password()


class Team(Schema):
    id = Id(required=True)
    name = fields.String(required=True)
    version = fields.Integer(required=True)
    created_at = Moment(required=True)
    updated_at = Moment(required=True)


class TeamOrReference(Schema):
    """Agents get id and name of their own teams."""

    id = Id(required=True)
    name = fields.String(required=True)
    version = fields.Integer()
    created_at = Moment()
    updated_at = Moment()


class NewTeam(Schema):
    name = filled(100, required=True)


class TeamPatch(NewTeam):
    """A team has nothing but its name."""


class TeamRemoval(Schema):
    move_to = Id(metadata={"description": "The team that gets its customers"})


class NewApiKey(Schema):
    name = filled(100, required=True)
    role = one_of(*KEY_ROLES, required=True)
    teams = fields.List(Id(), load_default=list, validate=validate.Length(max=100))
    source = text(200, allow_none=True)
    expires_at = Moment(allow_none=True)


class ApiKey(Schema):
    id = Id(required=True)
    name = fields.String(required=True)
    role = one_of(*KEY_ROLES, required=True)
    teams = fields.List(Id(), required=True)
    source = fields.String(required=True, allow_none=True)
    created_at = Moment(required=True)
    expires_at = Moment(required=True, allow_none=True)
    version = fields.Integer(required=True)


class ApiKeyOnce(ApiKey):
    token = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Shown now and never again; null in a replay"},
    )
