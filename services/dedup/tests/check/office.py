"""Whoever types, and an index that knows everybody."""

from __future__ import annotations

from typing import Any

from services.dedup.index import repository
from services.dedup.index.news import ask_for_page
from services.dedup.tests.world import World

Json = dict[str, Any]


def index_everybody(world: World) -> None:
    """As it is when all events have been heard."""
    news, _ = ask_for_page(world.db, world.company.call, None, limit=2_000)
    world.db.run(lambda uow: repository.write(uow.connection, news))
    world.company.calls.clear()


def check(world: World, scope: Json, **typed: Any) -> list[Json]:
    matches: list[Json] = world.service.check(scope, typed)["matches"]
    return matches


def told(matches: list[Json]) -> list[tuple[str, str]]:
    return [(match["id"], match["certainty"]) for match in matches]
