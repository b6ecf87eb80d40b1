"""Tags come into being by being used."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, text

from servicekit.ids import new_id
from servicekit.scope import Scope
from services.customers.registry.cursors import Cursor
from services.customers.registry.domain.customer import Tag
from services.customers.registry.visibility import visibility_parameters, visible

COLOURS: Final = (
    "#c0392b", "#d35400", "#b7950b", "#1e8449", "#117a65",
    "#2471a3", "#5b2c6f", "#ad1457", "#5d4037", "#546e7a",
)  # fmt: skip

# Sorted by bytes: two writers that use the same new tags wait for each other in one order.
_INSERT = text("""
    INSERT INTO tag (public_id, name, name_folded, colour, created_at, updated_at)
    SELECT public_id, name, folded, colour, :at, :at
    FROM unnest(CAST(:ids AS uuid[]), CAST(:names AS text[]), CAST(:folded AS text[]),
                CAST(:colours AS text[])) AS used (public_id, name, folded, colour)
    ORDER BY folded COLLATE "C" ON CONFLICT (name_folded) WHERE deleted_at IS NULL DO NOTHING""")
_FIND = text("SELECT id, name, name_folded FROM tag WHERE name_folded = ANY(CAST(:folded AS text[]))")


def keep(connection: Connection, tags: Sequence[Tag], *, at: datetime) -> tuple[Tag, ...]:
    """The same tags with their ids; those that nobody used before are created."""
    # Of several spellings the first one stands.
    fresh = {tag.folded: tag for tag in reversed(tags) if tag.id is None}
    known = _find(connection, list(fresh))
    if missing := [tag for folded, tag in fresh.items() if folded not in known]:
        _insert(connection, missing, at=at)
        known |= _find(connection, [tag.folded for tag in missing])
    return tuple(known[tag.folded] if tag.id is None else tag for tag in tags)


def colour_of(folded: str) -> str:
    """The same for the same name, wherever it is first used."""
    return COLOURS[zlib.crc32(folded.encode()) % len(COLOURS)]


def _find(connection: Connection, folded: Sequence[str]) -> dict[str, Tag]:
    if not folded:
        return {}
    rows = connection.execute(_FIND, {"folded": list(folded)})
    return {row.name_folded: Tag(row.id, row.name, row.name_folded) for row in rows}


def _insert(connection: Connection, tags: Sequence[Tag], *, at: datetime) -> None:
    connection.execute(
        _INSERT,
        {
            "ids": [new_id() for _ in tags],
            "names": [tag.name for tag in tags],
            "folded": [tag.folded for tag in tags],
            "colours": [colour_of(tag.folded) for tag in tags],
            "at": at,
        },
    )


def page(connection: Connection, scope: Scope, *, limit: int, cursor: str | None) -> dict[str, Any]:
    """Tags by name. A tag that no customer of the caller's has does not exist for them."""
    after = Cursor.load(cursor, sort="tags")
    statement = f"""
        SELECT t.public_id, t.name, t.name_folded, t.colour FROM tag t
        WHERE t.name_folded > :after AND {_met_by(scope)} ORDER BY t.name_folded LIMIT :limit"""
    parameters = {"after": after.value if after else "", "limit": limit + 1, **visibility_parameters(scope)}
    rows = connection.execute(text(statement), parameters).all()
    data = [{"id": str(row.public_id), "name": row.name, "colour": row.colour} for row in rows[:limit]]
    last = rows[limit - 1] if len(rows) > limit else None
    return {"data": data, "next": last and Cursor("tags", last.name_folded, last.public_id).dump()}


def _met_by(scope: Scope) -> str:
    if scope.is_admin:
        return "true"
    # One walk over the caller's customers: to look for one of them for each tag took five times as long.
    return f"t.id IN (SELECT unnest(c.tag_ids) FROM customer c WHERE {visible(scope)})"
