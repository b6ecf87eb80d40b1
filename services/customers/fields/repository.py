"""Definitions of custom fields and their options in the database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, text, update

from servicekit import jsonio
from servicekit.database.engine import PLANNED_FOR_ITS_VALUES
from servicekit.scope import Scope
from services.customers.fields.domain.definitions import Definitions, Field, Option
from services.customers.tables import custom_field, custom_option
from services.customers.visibility import visibility_parameters, visible

# One statement, so that fields and options are those of one moment.
_LOAD = text("""
    SELECT f.key, f.label, f.type, f.required, f.help, f.position, f.version,
           f.archived_at IS NOT NULL AS archived,
           o.id AS number, o.public_id, o.label AS option_label, o.label_folded, o.colour,
           o.position AS option_position, o.archived_at IS NOT NULL AS option_archived, o.joined_to
    FROM custom_field f LEFT JOIN custom_option o ON o.field_key = f.key
    ORDER BY f.position, f.key, o.position, o.id""")

# Two options cannot have one label for a moment: no folded text has a control in it.
_STEP_ASIDE = text("""
    UPDATE custom_option SET label_folded = chr(1) || id WHERE id = ANY(CAST(:numbers AS integer[]))""")


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


def save_options(
    connection: Connection, before: Field, after: Field, *, scope: Scope, held: Iterable[int]
) -> int:
    """Writes what differs in the options of a locked field; counts the live customers that `held` names.

    One statement, so that the count is that of the moment of the change.
    """
    old = {option.number: option for option in (*before.options, *before.joined)}
    changed = [option for option in (*after.options, *after.joined) if old[option.number] != option]
    relabelled = [o.number for o in changed if old[o.number].label_folded != o.label_folded]
    if len(relabelled) > 1:
        connection.execute(_STEP_ASIDE, {"numbers": relabelled})
    condition = visible(scope)
    statement = f"""
        WITH changed AS (
            SELECT * FROM json_to_recordset(CAST(:options AS json)) AS r (
                number integer, label text, label_folded text, colour text, position integer,
                joined_to integer, archived boolean)),
        written AS (
            UPDATE custom_option o
            SET label = r.label, label_folded = r.label_folded, colour = r.colour, position = r.position,
                joined_to = r.joined_to,
                archived_at = CASE WHEN r.archived THEN coalesce(o.archived_at, now()) END
            FROM changed r WHERE o.id = r.number)
        SELECT count(*) FROM customer c
        WHERE {condition} AND c.opt_ids && CAST(:held AS integer[])"""
    rows = jsonio.dumps([_option_row(option) for option in changed]).decode()
    parameters = {"options": rows, "held": sorted(held), **visibility_parameters(scope)}
    counted = connection.execute(text(statement), parameters, execution_options=PLANNED_FOR_ITS_VALUES)
    return int(counted.scalar_one())


def _option_row(option: Option) -> dict[str, Any]:
    return {
        "number": option.number,
        "label": option.label,
        "label_folded": option.label_folded,
        "colour": option.colour,
        "position": option.position,
        "joined_to": option.joined_to,
        "archived": option.archived,
    }


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
