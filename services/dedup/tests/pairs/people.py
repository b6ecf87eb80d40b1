"""People who look alike, in as few words as the tests need."""

from __future__ import annotations

from itertools import count
from typing import Any

from services.dedup.tests.following.telling import changed, tell
from services.dedup.tests.world import World

Json = dict[str, Any]
_NUMBERS = count(1)


def a_line() -> str:
    """Far from all others."""
    return f"+55119{next(_NUMBERS) * 73_244_561 % 10**8:08}"


def alike(world: World, *teams: str, name: str = "Mariana Albuquerque", many: int = 2) -> list[str]:
    """Customers of one name, whose address differs by the provider alone. The index has them."""
    local = "".join(3 * "abcdefghij"[int(digit)] for digit in str(100 + next(_NUMBERS)))
    ids = [world.customer(name, *teams, email=f"{local}@{local}{number}.test") for number in range(many)]
    tell(world, changed(world, *ids, kind="created"))
    return ids


def sharing(world: World, *teams: str, names: tuple[str, ...] = ("Rui Prado", "Lia Nunes")) -> list[str]:
    """Customers with one telephone, made while duplicates were allowed."""
    line = a_line()
    ids = [world.customer(name, *teams, phone=line) for name in names]
    tell(world, changed(world, *ids, kind="created"))
    return ids


def every(world: World, scope: Json, *, limit: int = 50, **asked: Any) -> list[Json]:
    """All pages of the queue."""
    return _pages(world.service.list_pairs, scope, limit, asked)


def clusters(world: World, scope: Json, *, limit: int = 50) -> list[Json]:
    return _pages(world.service.list_clusters, scope, limit, {})


def ends(pair: Json) -> frozenset[str]:
    return frozenset(each["id"] for each in pair["customers"])


def _pages(method: Any, scope: Json, limit: int, asked: Json) -> list[Json]:
    found: list[Json] = []
    cursor = None
    while True:
        page = method(scope, limit, cursor, **asked)
        assert len(page["data"]) <= limit
        found += page["data"]
        cursor = page["next"]
        if cursor is None:
            return found
