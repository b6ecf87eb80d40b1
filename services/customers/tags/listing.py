"""Lists of tags. For agents a tag that no customer of theirs has does not exist."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Connection, text

from servicekit.scope import Scope
from services.customers.registry.cursors import Cursor
from services.customers.registry.domain.names import folded
from services.customers.tags import counting, repository
from services.customers.tags.counting import Glance
from services.customers.tags.domain.tag import KeptTag
from services.customers.tags.messages import tag_message

_SORT: Final = "tags"
# In a long list, how many tags are looked at at once for some that the caller's customers have.
_CHUNK: Final = 50

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
    after = Cursor.load(cursor, sort=_SORT)
    seen = counting.glance(connection, scope)
    found: list[tuple[KeptTag, Json]] = []
    for tags in _candidates(connection, scope, seen, after=(after and after.value) or "", limit=limit, q=q):
        counts = counting.count(connection, scope, tags, seen=seen)
        shown = [tag for tag in tags if scope.is_admin or counts[tag.number].value]
        found += [(tag, tag_message(tag, counts[tag.number])) for tag in shown]
        if len(found) > limit:
            break
    last = found[limit - 1][0] if len(found) > limit else None
    following = last and Cursor(_SORT, last.folded, last.id).dump()
    return {"data": [message for _, message in found[:limit]], "next": following}


def find(connection: Connection, scope: Scope, tag: KeptTag) -> Json | None:
    """The tag as the caller may see it."""
    customers = counting.count(connection, scope, [tag])[tag.number]
    return tag_message(tag, customers) if scope.is_admin or customers.value else None


def _candidates(
    connection: Connection, scope: Scope, seen: Glance, *, after: str, limit: int, q: str | None
) -> Iterator[list[KeptTag]]:
    """Tags in order, some at a time. Whoever sees all tags, or few customers, gets enough at once."""
    certain = scope.is_admin or seen.complete
    size = limit + 1 if certain else max(_CHUNK, limit + 1)
    more = _NAMED if q else ""
    parameters: Json = {"limit": size, "prefix": _beginning(q or "")}
    if seen.complete and not scope.is_admin:
        more += _HELD
        parameters["held"] = sorted(seen.held)
    statement = text(_CANDIDATES.format(more=more))
    while True:
        tags = [repository.to_tag(r) for r in connection.execute(statement, {**parameters, "after": after})]
        yield tags
        if len(tags) < size:
            return
        after = tags[-1].folded


def _beginning(text: str) -> str:
    escaped = folded(text).replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return escaped + "%"
