"""How many customers of the caller's have a tag: exact up to a cap, since nobody reads more digits.

Which way is fast depends on how many customers the caller sees. A few are looked at once, whatever their
tags. Among more, those with one of the tags in question are. Among very many each tag is counted on its own,
up to the cap. All three tell the same, so a wrong estimate costs time and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, text

from servicekit.database.engine import PLANNED_FOR_ITS_VALUES
from servicekit.database.planning import expected_rows
from servicekit.scope import Scope
from services.customers.tags.domain.tag import KeptTag
from services.customers.visibility import searchable, visibility_parameters

CAP: Final = 1_000
FEW: Final = 3_000
MANY: Final = 100_000


@dataclass(frozen=True, slots=True)
class Count:
    value: int
    relation: str = "eq"  # or gte


class Counting:
    """Counts for one caller, within one call."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection, self._scope = connection, scope
        self._about = self._estimate()
        self.held = self._all_held() if self._about <= FEW else None  # the numbers of few customers' tags

    def count(self, tags: Iterable[KeptTag]) -> dict[int, Count]:
        """By each tag's number. A tag with several numbers is counted alone: a customer may hold two."""
        asked = list(tags)
        joined, single = [t for t in asked if t.aliases], [t for t in asked if not t.aliases]
        counts = self._each(joined)
        if self.held is not None:
            return counts | {tag.number: _capped(self.held.get(tag.number, 0)) for tag in single}
        return counts | (self._each(single) if self._about > MANY else self._together(single))

    def _estimate(self) -> int:
        """About how many customers the caller sees, as the planner thinks."""
        statement = f"SELECT FROM customer_search s WHERE {searchable(self._scope)}"
        return expected_rows(self._connection, statement, visibility_parameters(self._scope))

    def _all_held(self) -> Mapping[int, int]:
        return self._by_number(f"""
            SELECT number, count(*) FROM customer_search s, unnest(s.tag_ids) AS number
            WHERE {searchable(self._scope)} GROUP BY number""")

    def _together(self, tags: list[KeptTag]) -> dict[int, Count]:
        numbers = [tag.number for tag in tags]
        found = self._by_number(
            f"""
            SELECT number, count(*) FROM customer_search s, unnest(s.tag_ids) AS number
            WHERE {searchable(self._scope)} AND s.tag_ids && CAST(:numbers AS integer[])
                AND number = ANY(CAST(:numbers AS integer[]))
            GROUP BY number""",
            numbers=numbers,
        )
        return {number: _capped(found.get(number, 0)) for number in numbers}

    def _each(self, tags: list[KeptTag]) -> dict[int, Count]:
        """Each tag's numbers are a constant of their own, so that the planner knows how common they are."""
        if not tags:
            return {}
        # Keeps the planner from reading a long list of all the caller's customers once for each tag.
        unread = "IS TRUE" if self._about > MANY else ""
        parts = [
            f"""(SELECT count(*) FROM (
                    SELECT FROM customer_search s WHERE ({searchable(self._scope)}) {unread}
                    AND s.tag_ids && CAST(:numbers_{n} AS integer[]) LIMIT {CAP + 1}) AS capped)"""
            for n in range(len(tags))
        ]
        parameters = {f"numbers_{n}": sorted(tag.numbers) for n, tag in enumerate(tags)}
        row = self._run("SELECT " + ", ".join(parts), **parameters).one()
        return {tag.number: _capped(found) for tag, found in zip(tags, row, strict=True)}

    def _by_number(self, statement: str, **parameters: Any) -> Mapping[int, int]:
        return {row[0]: row[1] for row in self._run(statement, **parameters)}

    def _run(self, statement: str, **parameters: Any) -> Any:
        values = {**parameters, **visibility_parameters(self._scope)}
        return self._connection.execute(text(statement), values, execution_options=PLANNED_FOR_ITS_VALUES)


def _capped(found: int) -> Count:
    return Count(CAP, "gte") if found > CAP else Count(found)
