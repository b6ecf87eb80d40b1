"""Reads the JSON of a filter for somebody: its dates in their zone, its names as they may use them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, text

from services.customers.filters.context import Asker
from services.customers.filters.domain.calendar import Calendar
from services.customers.filters.domain.reading import parse
from services.customers.filters.domain.terms import Vocabulary
from services.customers.filters.domain.tree import IS_SET, Leaf, Node, leaves, with_leaves
from services.customers.tags import reader as tags

# What rows still hold of tags that were deleted.
_DELETED_TAGS: Final = text("""
    SELECT t.id FROM tag t JOIN tag kept ON kept.id = coalesce(t.joined_to, t.id)
    WHERE t.deleted_at IS NOT NULL OR kept.deleted_at IS NOT NULL""")


def read_filter(
    connection: Connection, raw: Any, *, asker: Asker, pointer: str = "/filter", kept: bool = False
) -> Node:
    """The tree that it means to this caller, today. Raises Invalid, `field_hidden` among its codes.

    `kept`: it was saved before; teams and users that it names in vain find nobody.
    """
    node = parse(raw, vocabulary_of(asker, kept=kept), pointer=pointer)
    used = [leaf for leaf in leaves(node) if leaf.field == "tags"]
    if not used:
        return node
    words = {word for leaf in used if leaf.op != IS_SET for word in leaf.value}
    numbers = tags.numbers_of(connection, words) if words else {}
    deleted = _deleted_tags(connection) if any(leaf.op == IS_SET for leaf in used) else ()
    return with_leaves(node, lambda leaf: _with_numbers(leaf, numbers, deleted))


def vocabulary_of(asker: Asker, *, kept: bool = False) -> Vocabulary:
    """Agents name their own teams only: any other one is as unknown as one that never was."""
    scope, directory = asker.scope, asker.configuration.directory
    return Vocabulary(
        fields=asker.configuration.fields,
        calendar=Calendar(asker.zone, asker.now),
        user_id=UUID(scope.user_id),
        users=directory.users.keys(),
        teams=directory.teams.keys() if scope.is_admin else scope.team_ids,
        region=asker.configuration.settings.default_region,
        masked=asker.masked,
        kept=kept,
    )


def _deleted_tags(connection: Connection) -> tuple[int, ...]:
    return tuple(sorted(connection.execute(_DELETED_TAGS).scalars()))


def _with_numbers(leaf: Leaf, numbers: Mapping[str, frozenset[int]], deleted: tuple[int, ...]) -> Leaf:
    """A tag that there is not has no numbers, so nobody has it: that it is unknown is told to nobody."""
    if leaf.field != "tags":
        return leaf
    if leaf.op == IS_SET:
        return Leaf(leaf.field, IS_SET, deleted)
    found = {number for word in leaf.value for number in numbers.get(word, ())}
    return Leaf(leaf.field, leaf.op, tuple(sorted(found)))
