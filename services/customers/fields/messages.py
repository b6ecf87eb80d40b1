"""Custom fields on the wire."""

from typing import Any

from services.customers.fields.domain.definitions import Field, Option


def field_message(field: Field) -> dict[str, Any]:
    return {
        "key": field.key,
        "label": field.label,
        "type": field.type,
        "required": field.required,
        "help": field.help,
        "position": field.position,
        "archived": field.archived,
        "version": field.version,
        "options": [option_message(option) for option in field.options],
    }


def option_message(option: Option) -> dict[str, Any]:
    return {
        "id": str(option.id),
        "label": option.label,
        "colour": option.colour,
        "position": option.position,
        "archived": option.archived,
    }
