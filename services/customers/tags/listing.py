"""Lists of tags. For agents a tag that no customer of theirs has does not exist."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Final

from sqlalchemy import Connection, text

from servicekit.inputs import find_id
from servicekit.scope import Scope
from servicekit.text import folded
from services.customers.cursors import Cursor
from services.customers.patterns import literal
from services.customers.tags import repository
from services.customers.tags.counting import Count, Counting
from services.customers.tags.domain.tag import KeptTag
from services.customers.tags.messages import tag_message

_SORT: Final = "tags"
_AT_ONCE: Final = 200  # tags whose customers are counted in one statement
_CANDIDATES = f"""
    SELECT {repository.COLUMNS} FROM tag t
    WHERE t.joined_to IS NULL AND t.deleted_at IS NULL AND t.name_folded COLLATE "C" > :after {{more}}
    ORDER BY t.name_folded COLLATE "C" LIMIT :limit"""
_NAMED = r"""AND (t.name_folded LIKE :prefix OR EXISTS (
    SELECT FROM tag alias WHERE alias.joined_to = t.id AND alias.name_folded LIKE :prefix))"""
_HELD = """AND t.id IN (
    SELECT coalesce(held.joined_to, held.id) FROM tag held WHERE held.id = ANY(CAST(:held AS integer[])))"""

Json = dict[str, Any]


def page(connection: Connection, scope: Scope, *, limit: int, cursor: str | None, q: str | None) -> Json:
    """Tags by name; with `q` those whose name, or a name that they had before a join, begins with it."""
    start, counting = Cursor.load(cursor, sort=_SORT), Counting(connection, scope)
    # What no customer of few has need not be looked at; administrators are shown that, too.
    held = None if scope.is_admin or counting.held is None else sorted(counting.held)
    found: list[tuple[KeptTag, Json]] = []
    after, size = (start and start.value) or "", limit + 1
    while True:
        tags = _candidates(connection, after=after, size=size, q=q, held=held)
        counts = counting.count(tags)
        shown = [tag for tag in tags if scope.is_admin or counts[tag.number].value]
        found += [(tag, tag_message(tag, counts[tag.number])) for tag in shown]
        if len(found) > limit or len(tags) < size:
            break
        # Some of the next, or more and more of them for who has few of many tags.
        after, size = tags[-1].folded, 2 * (size if 2 * len(shown) < size else limit + 1 - len(found))
    last = found[limit - 1][0] if len(found) > limit else None
    following = last and Cursor(_SORT, last.folded, last.id).dump()
    return {"data": [message for _, message in found[:limit]], "next": following}


def find(connection: Connection, scope: Scope, tag: KeptTag) -> Json | None:
    """The tag as the caller may see it."""
    customers = Counting(connection, scope).count([tag])[tag.number]
    return tag_message(tag, customers) if scope.is_admin or customers.value else None


def named(
    connection: Connection, scope: Scope, *, ids: Iterable[str], names: Iterable[str]
) -> dict[str, dict[str, KeptTag]]:
    """By each of these `ids` and `names` (an alias too) the tag that it means now, if the caller sees it."""
    wanted = {text: known for text in ids if (known := find_id(text))}
    folds = {text: folded(text) for text in names}
    by_id = repository.find_by_ids(connection, set(wanted.values()))
    by_name = repository.find_by_names(connection, set(folds.values()))
    seen = _seen(connection, scope, {*by_id.values(), *by_name.values()})
    return {
        "ids": {text: by_id[id] for text, id in wanted.items() if id in by_id and by_id[id].number in seen},
        "names": {
            text: by_name[name]
            for text, name in folds.items()
            if name in by_name and by_name[name].number in seen
        },
    }


def _seen(connection: Connection, scope: Scope, tags: Collection[KeptTag]) -> set[int]:
    """The numbers of those that a customer of the caller's has."""
    if scope.is_admin or not tags:
        return {tag.number for tag in tags}
    counting, asked = Counting(connection, scope), list(tags)
    counts: dict[int, Count] = {}
    for first in range(0, len(asked), _AT_ONCE):
        counts |= counting.count(asked[first : first + _AT_ONCE])
    return {number for number, count in counts.items() if count.value}


def _candidates(
    connection: Connection, *, after: str, size: int, q: str | None, held: list[int] | None
) -> list[KeptTag]:
    statement = text(_CANDIDATES.format(more=(_NAMED if q else "") + ("" if held is None else _HELD)))
    parameters: Json = {"after": after, "limit": size}
    if q:
        parameters["prefix"] = f"{literal(folded(q))}%"
    if held is not None:
        parameters["held"] = held
    return [repository.to_tag(row) for row in connection.execute(statement, parameters)]
