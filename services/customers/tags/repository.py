"""Tags in the database. Joining and deleting set a pointer or a date, whatever the number of customers."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, text
from sqlalchemy.exc import IntegrityError

from servicekit.database.failures import ChangedMeanwhile
from servicekit.text import folded
from services.customers.tags.domain.tag import KeptTag

COLUMNS: Final = """t.id, t.public_id, t.name, t.name_folded, t.colour, t.version,
    ARRAY(SELECT a.id FROM tag a WHERE a.joined_to = t.id) AS aliases"""

_FIND = f"""
    SELECT asked.name_folded AS asked_name, asked.public_id AS asked_id, {COLUMNS}
    FROM tag asked JOIN tag t ON t.id = coalesce(asked.joined_to, asked.id)
    WHERE asked.deleted_at IS NULL AND """
_BY_IDS = text(_FIND + "asked.public_id = ANY(CAST(:ids AS uuid[]))")
_BY_NAMES = text(_FIND + "asked.name_folded = ANY(CAST(:names AS text[]))")
_TAKE_TURNS = text("SELECT pg_advisory_xact_lock(hashtextextended('changes of tags', 0))")
_LOCK = text(f"""
    SELECT {COLUMNS} FROM tag t
    WHERE t.public_id = :id AND t.joined_to IS NULL AND t.deleted_at IS NULL FOR NO KEY UPDATE OF t""")
_ADD = text("""
    INSERT INTO tag (public_id, name, name_folded, colour, created_at, updated_at)
    VALUES (:id, :name, :folded, :colour, :at, :at)
    ON CONFLICT (name_folded) WHERE deleted_at IS NULL DO NOTHING""")
_SAVE = text("""
    UPDATE tag SET name = :name, name_folded = :folded, colour = :colour, version = version + 1,
           updated_at = :at
    WHERE id = :number""")
# Two tags cannot have one name for a moment, so the alias steps aside: no folded text has a control in it.
_STEP_ASIDE = text("""
    UPDATE tag SET name_folded = chr(1) || id WHERE joined_to = :number AND name_folded = :folded
    RETURNING id""")
_TAKE_NAME = text("UPDATE tag SET name = :name, name_folded = :folded, updated_at = :at WHERE id = :alias")
_JOIN = text("UPDATE tag SET joined_to = :into, updated_at = :at WHERE id = :number OR joined_to = :number")
_TOUCH = text("UPDATE tag SET version = version + 1, updated_at = :at WHERE id = :number")
_DELETE = text("UPDATE tag SET deleted_at = :at, updated_at = :at WHERE id = :number OR joined_to = :number")


def find_by_ids(connection: Connection, ids: Collection[UUID]) -> dict[UUID, KeptTag]:
    """By each id of a tag or of one that was joined to it."""
    if not ids:
        return {}
    return {row.asked_id: to_tag(row) for row in connection.execute(_BY_IDS, {"ids": list(ids)})}


def find_by_names(connection: Connection, names: Collection[str]) -> dict[str, KeptTag]:
    """By each folded name or alias."""
    if not names:
        return {}
    return {row.asked_name: to_tag(row) for row in connection.execute(_BY_NAMES, {"names": list(names)})}


def find_holder(connection: Connection, name: str) -> KeptTag | None:
    """The tag that has this name, or an alias of it."""
    return find_by_names(connection, [folded(name)]).get(folded(name))


def take_turn(connection: Connection) -> None:
    """Renaming, joining and deleting go one after the other. Who only uses tags does not wait."""
    connection.execute(_TAKE_TURNS)


def lock(connection: Connection, tag_id: UUID) -> KeptTag | None:
    """A tag of one's own, not one that became part of another."""
    row = connection.execute(_LOCK, {"id": tag_id}).one_or_none()
    return None if row is None else to_tag(row)


def add(connection: Connection, tag: KeptTag, *, at: datetime) -> bool:
    """False if the name is known."""
    return connection.execute(_ADD, _values(tag, at)).rowcount == 1


def save(connection: Connection, before: KeptTag, after: KeptTag, *, at: datetime) -> None:
    """Name and colour. An alias that has the new name already gets the old one: they change places.

    Raises ChangedMeanwhile if a customer's edit has just made a tag of that name.
    """
    swapped = None
    if after.folded != before.folded:
        asked = {"number": before.number, "folded": after.folded}
        swapped = connection.execute(_STEP_ASIDE, asked).scalar_one_or_none()
    try:
        connection.execute(_SAVE, _values(after, at))
    except IntegrityError:
        raise ChangedMeanwhile from None
    if swapped is not None:
        connection.execute(_TAKE_NAME, {**_values(before, at), "alias": swapped})


def join(connection: Connection, tag: KeptTag, *, into: KeptTag, at: datetime) -> None:
    """The tag and all its aliases become aliases of the other one."""
    connection.execute(_JOIN, {"number": tag.number, "into": into.number, "at": at})
    connection.execute(_TOUCH, {"number": into.number, "at": at})


def delete(connection: Connection, tag: KeptTag, *, at: datetime) -> None:
    """Its names are free again; the numbers that rows hold mean nothing any more."""
    connection.execute(_DELETE, {"number": tag.number, "at": at})


def to_tag(row: Row[Any]) -> KeptTag:
    return KeptTag(
        number=row.id,
        id=row.public_id,
        name=row.name,
        folded=row.name_folded,
        colour=row.colour,
        version=row.version,
        aliases=tuple(row.aliases),
    )


def _values(tag: KeptTag, at: datetime) -> dict[str, Any]:
    return {
        "id": tag.id,
        "number": tag.number,
        "name": tag.name,
        "folded": tag.folded,
        "colour": tag.colour,
        "at": at,
    }
