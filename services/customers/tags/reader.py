"""Tags for the other capabilities: by which numbers customer rows hold them."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from servicekit.inputs import find_id
from servicekit.text import folded
from services.customers.tags import repository
from services.customers.tags.domain.tag import KeptTag


def find_tags(connection: Connection, given: Iterable[str]) -> dict[str, KeptTag]:
    """By each id or name (an alias too) the tag that it means now; what means none is left out."""
    wanted = {text: find_id(text) for text in given}
    ids = repository.find_by_ids(connection, {id for id in wanted.values() if id})
    names = repository.find_by_names(
        connection, {folded(text) for text, id in wanted.items() if id not in ids}
    )
    found = {text: ids.get(id) if id in ids else names.get(folded(text)) for text, id in wanted.items()}
    return {text: tag for text, tag in found.items() if tag is not None}


def numbers_of(connection: Connection, given: Iterable[str]) -> dict[str, frozenset[int]]:
    """By each id or name the numbers by which rows may hold that tag: its own and its aliases'."""
    return {text: tag.numbers for text, tag in find_tags(connection, given).items()}
