"""Settings and custom fields."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from gateway.schemas.common import missing_parts
from gateway.schemas.fields import Flag, Id, QueryFlag, WholeNumber, objects, one_of, text

HOLDERS = ("report_templates", "import_mappings")

FIELD_TYPES = ("text", "number", "date", "datetime", "boolean", "select", "multiselect", "url")
_KEY = validate.Regexp(r"^[a-z][a-z0-9_]{0,49}$", error="Not a valid key: lower-case letters, digits and _.")


class Settings(Schema):
    class Meta:
        unknown = "include"

    version = fields.Integer(required=True)
    allow_duplicates = fields.Boolean()
    hide_contact_data = fields.Boolean()
    default_region = fields.String(allow_none=True)
    time_zone = fields.String()
    default_team = Id(allow_none=True)
    channel_teams = fields.Dict(keys=fields.String())
    agents_may_import = fields.Boolean()
    agents_may_export = fields.Boolean()


class SettingsPatch(Schema):
    allow_duplicates = Flag()
    hide_contact_data = Flag()
    default_region = text(2, shortest=2, allow_none=True)
    time_zone = text(64, shortest=1)
    default_team = Id(allow_none=True)
    channel_teams = fields.Dict(keys=text(200, shortest=1), values=Id(allow_none=True))
    agents_may_import = Flag()
    agents_may_export = Flag()


class Option(Schema):
    class Meta:
        unknown = "include"

    id = Id(required=True)
    label = fields.String(required=True)
    colour = fields.String(allow_none=True)
    position = fields.Integer()
    archived = fields.Boolean()


class CustomField(Schema):
    key = fields.String(required=True)
    label = fields.String(required=True)
    type = one_of(*FIELD_TYPES, required=True)
    required = fields.Boolean(required=True)
    help = fields.String(required=True, allow_none=True)
    position = fields.Integer(required=True)
    archived = fields.Boolean(required=True)
    version = fields.Integer(required=True)
    options = objects(Option)


class FieldQuery(Schema):
    archived = QueryFlag(load_default=False, metadata={"description": "Also the archived ones"})


class NewOption(Schema):
    label = text(100, shortest=1, required=True)
    colour = text(30, allow_none=True)
    position = WholeNumber(validate=validate.Range(0, 10_000))


class OptionPatch(Schema):
    label = text(100, shortest=1)
    colour = text(30, allow_none=True)
    position = WholeNumber(
        validate=validate.Range(0, 10_000), metadata={"description": "Its place among the options, from 0"}
    )
    archived = Flag()
    merge_into = Id(metadata={"description": "Alone: the option that this one becomes a part of"})


class OptionQuery(Schema):
    dry_run = QueryFlag(load_default=False, metadata={"description": "Tell what would be, change nothing"})


class HolderWarning(Schema):
    """Something else that holds the option, or the tag."""

    kind = fields.String(
        required=True, metadata={"description": "saved_filter, report_template or import_mapping"}
    )
    id = Id(metadata={"description": "Of a template"})
    name = fields.String(required=True)
    follows = fields.Boolean(
        required=True, metadata={"description": "Whether it means the same under its new name, too"}
    )


class ChangedOption(Schema):
    affected = fields.Integer(
        required=True, metadata={"description": "How many customers had the option, counted exactly"}
    )
    warnings = objects(HolderWarning, required=True)
    missing = missing_parts(*HOLDERS)
    field = fields.Nested(CustomField, required=True)


class NewCustomField(Schema):
    key = fields.String(required=True, validate=_KEY)
    label = text(100, shortest=1, required=True)
    type = one_of(*FIELD_TYPES, required=True)
    required = Flag()
    help = text(500, allow_none=True)
    position = WholeNumber(validate=validate.Range(0, 10_000))
    options = objects(NewOption, validate=validate.Length(max=1000))


class CustomFieldPatch(Schema):
    label = text(100, shortest=1)
    required = Flag()
    help = text(500, allow_none=True)
    position = WholeNumber(validate=validate.Range(0, 10_000))
