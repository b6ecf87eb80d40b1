"""Definitions of custom fields and their options in the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, text, update

from services.customers.fields.domain.definitions import Definitions, Field, Option
from services.customers.tables import custom_field, custom_option

# One statement, so that fields and options are those of one moment.
_LOAD = text("""
    SELECT f.key, f.label, f.type, f.required, f.help, f.position, f.version,
           f.archived_at IS NOT NULL AS archived,
           o.id AS number, o.public_id, o.label AS option_label, o.label_folded, o.colour,
           o.position AS option_position, o.archived_at IS NOT NULL AS option_archived, o.joined_to
    FROM custom_field f LEFT JOIN custom_option o ON o.field_key = f.key
    ORDER BY f.position, f.key, o.position, o.id""")


def load(connection: Connection) -> Definitions:
    fields: dict[str, Row[Any]] = {}
    options: dict[str, list[Option]] = {}
    for row in connection.execute(_LOAD):
        fields.setdefault(row.key, row)
        if row.number is not None:
            options.setdefault(row.key, []).append(_to_option(row))
    return Definitions(tuple(_to_field(row, options.get(key, [])) for key, row in fields.items()))


def lock_all(connection: Connection) -> None:
    """Creations one after the other: limits and positions look at all fields. Readers do not wait."""
    connection.execute(text("LOCK TABLE custom_field IN SHARE ROW EXCLUSIVE MODE"))


def lock(connection: Connection, key: str) -> Field | None:
    """One field as it is now, held until the transaction ends."""
    connection.execute(select(custom_field.c.key).where(custom_field.c.key == key).with_for_update())
    return load(connection).by_key.get(key)


def add(connection: Connection, field: Field) -> None:
    connection.execute(
        insert(custom_field).values(**_columns(field), key=field.key, type=field.type, created_at=func.now())
    )


def save(connection: Connection, field: Field) -> None:
    """Everything of a locked field but its options."""
    # The moment of archiving stays when an archived field is saved again.
    archived_at = func.coalesce(custom_field.c.archived_at, func.now()) if field.archived else None
    connection.execute(
        update(custom_field)
        .where(custom_field.c.key == field.key)
        .values(**_columns(field), archived_at=archived_at)
    )


def add_options(connection: Connection, key: str, options: Sequence[Option]) -> None:
    """New options of a locked field; their numbers are the database's to give."""
    rows = [
        {
            "public_id": option.id,
            "field_key": key,
            "label": option.label,
            "label_folded": option.label_folded,
            "colour": option.colour,
            "position": option.position,
        }
        for option in options
    ]
    if rows:
        connection.execute(insert(custom_option), rows)


def _columns(field: Field) -> dict[str, Any]:
    return {
        "label": field.label,
        "required": field.required,
        "help": field.help,
        "position": field.position,
        "version": field.version,
        "updated_at": func.now(),
    }


def _to_field(row: Row[Any], options: list[Option]) -> Field:
    return Field(
        key=row.key,
        label=row.label,
        type=row.type,
        required=row.required,
        help=row.help,
        position=row.position,
        archived=row.archived,
        version=row.version,
        options=tuple(option for option in options if option.joined_to is None),
        joined=tuple(option for option in options if option.joined_to is not None),
    )


def _to_option(row: Row[Any]) -> Option:
    return Option(
        number=row.number,
        id=row.public_id,
        label=row.option_label,
        label_folded=row.label_folded,
        colour=row.colour,
        position=row.option_position,
        archived=row.option_archived,
        joined_to=row.joined_to,
    )
