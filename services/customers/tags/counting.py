"""How many customers of the caller's have a tag: exact up to a cap, since nobody reads more digits.

Many customers are looked at once, whatever their tags: that settles every common tag, and all of them for
a caller who sees few customers. Only for the others each tag is asked for on its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, text

from servicekit.scope import Scope
from services.customers.registry.visibility import visibility_parameters, visible
from services.customers.tags.domain.tag import KeptTag

CAP: Final = 1_000
GLANCE: Final = 10_000


@dataclass(frozen=True, slots=True)
class Count:
    value: int
    relation: str = "eq"  # or gte


@dataclass(frozen=True, slots=True)
class Glance:
    """Some customers of the caller's: how many of them hold each number, and whether these are all."""

    held: Mapping[int, int]
    complete: bool

    def count(self, tag: KeptTag) -> Count | None:
        """None where this look does not tell."""
        held = [self.held[number] for number in tag.numbers if number in self.held]
        if max(held, default=0) > CAP:
            return Count(CAP, "gte")
        # A customer may hold two numbers of one tag.
        return Count(sum(held)) if self.complete and len(held) < 2 else None


def glance(connection: Connection, scope: Scope) -> Glance:
    statement = f"""
        WITH seen AS MATERIALIZED (SELECT c.tag_ids FROM customer c WHERE {visible(scope)} LIMIT :most)
        SELECT 0 AS number, count(*) AS customers FROM seen
        UNION ALL SELECT number, count(*) FROM seen, unnest(seen.tag_ids) AS number GROUP BY number"""
    parameters = {"most": GLANCE, **visibility_parameters(scope)}
    held = Counter({row.number: row.customers for row in connection.execute(text(statement), parameters)})
    return Glance(held, complete=held.pop(0) < GLANCE)


def count(
    connection: Connection, scope: Scope, tags: Iterable[KeptTag], *, seen: Glance | None = None
) -> dict[int, Count]:
    """By each tag's number, the customers that the caller may see."""
    told = {tag.number: (seen.count(tag) if seen else None, tag) for tag in tags}
    unknown = [tag for known, tag in told.values() if known is None]
    return {number: c for number, (c, _) in told.items() if c} | _ask(connection, scope, unknown)


def _ask(connection: Connection, scope: Scope, tags: Iterable[KeptTag]) -> dict[int, Count]:
    """Each tag's numbers are a constant of their own, so that the planner knows how common they are."""
    asked = list(tags)
    if not asked:
        return {}
    condition = visible(scope)
    parts = [
        f"""(SELECT count(*) FROM (SELECT FROM customer c WHERE {condition}
             AND c.tag_ids && CAST(:numbers_{n} AS integer[]) LIMIT {CAP + 1}) AS capped)"""
        for n in range(len(asked))
    ]
    parameters = {f"numbers_{n}": sorted(tag.numbers) for n, tag in enumerate(asked)}
    row = connection.execute(
        text("SELECT " + ", ".join(parts)), {**parameters, **visibility_parameters(scope)}
    ).one()
    return {
        tag.number: Count(CAP, "gte") if found > CAP else Count(found)
        for tag, found in zip(asked, row, strict=True)
    }
