"""Tags come into being by being used: what a write of a customer asks of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, text

from servicekit.ids import new_id
from services.customers.registry.domain.customer import Tag
from services.customers.registry.domain.forms import ListEdit
from services.customers.tags.domain.tag import colour_of

# Sorted by bytes: two writers that use the same new tags wait for each other in one order.
_INSERT = text("""
    INSERT INTO tag (public_id, name, name_folded, colour, created_at, updated_at)
    SELECT public_id, name, folded, colour, :at, :at
    FROM unnest(CAST(:ids AS uuid[]), CAST(:names AS text[]), CAST(:folded AS text[]),
                CAST(:colours AS text[])) AS used (public_id, name, folded, colour)
    ORDER BY folded COLLATE "C" ON CONFLICT (name_folded) WHERE deleted_at IS NULL DO NOTHING""")

# A joined tag's name goes on as an alias: whoever uses it means the survivor.
_FIND = text("""
    SELECT named.name_folded AS used, kept.id, kept.name, kept.name_folded
    FROM tag named JOIN tag kept ON kept.id = coalesce(named.joined_to, named.id)
    WHERE named.name_folded = ANY(CAST(:folded AS text[])) AND named.deleted_at IS NULL""")

# Between not finding a name and finding that it is taken, an administrator may delete or rename that tag.
_TRIES = 10


def keep(connection: Connection, tags: Sequence[Tag], *, at: datetime) -> tuple[Tag, ...]:
    """The same tags with their ids, each once; those that nobody used before are created.

    A tag that is deleted or joined while this transaction runs was used before that happened: rows keep
    its number, and what is shown for it is decided when they are read.
    """
    known = keep_named(connection, [tag for tag in tags if tag.id is None], at=at)
    kept = [known[tag.folded] if tag.id is None else tag for tag in tags]
    return tuple({tag.id: tag for tag in kept}.values())


def keep_named(connection: Connection, tags: Sequence[Tag], *, at: datetime) -> dict[str, Tag]:
    """The same by the folded name that is used, which may be an alias."""
    # Of several spellings the first one stands.
    fresh = {tag.folded: tag for tag in reversed(tags)}
    known = find(connection, list(fresh))
    for _ in range(_TRIES):
        missing = [tag for folded, tag in fresh.items() if folded not in known]
        if not missing:
            break
        _insert(connection, missing, at=at)
        known |= find(connection, [tag.folded for tag in missing])
    return known


def with_aliases_resolved(connection: Connection, edit: ListEdit[Tag]) -> ListEdit[Tag]:
    """An edit that names tags to take away by the names under which customers have them."""
    if not edit.remove:
        return edit
    known = find(connection, [tag.folded for tag in edit.remove])
    return replace(edit, remove=tuple(known.get(tag.folded, tag) for tag in edit.remove))


def find(connection: Connection, folded: Sequence[str]) -> dict[str, Tag]:
    """By each of these names the tag that it means; what means none is left out."""
    if not folded:
        return {}
    rows = connection.execute(_FIND, {"folded": list(folded)})
    return {row.used: Tag(row.id, row.name, row.name_folded) for row in rows}


def _insert(connection: Connection, tags: Iterable[Tag], *, at: datetime) -> None:
    made = list(tags)
    connection.execute(
        _INSERT,
        {
            "ids": [new_id() for _ in made],
            "names": [tag.name for tag in made],
            "folded": [tag.folded for tag in made],
            "colours": [colour_of(tag.folded) for tag in made],
            "at": at,
        },
    )
