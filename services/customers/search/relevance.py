"""The order of a quick search: exact matches, then beginnings, then the latest interaction.

Ranked are a thousand customers whose names begin with what was typed or, if they are fewer, they and any
thousand that match: to rank half a million for "a" would help nobody. Whoever wants all names an order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, text

from servicekit.database.engine import PLANNED_FOR_ITS_VALUES
from services.customers.cursors import Cursor, invalid_cursor
from services.customers.filters.context import Asker
from services.customers.search.matching import INSIDE, Match
from services.customers.search.narrowing import BOTH, SEARCHED, Narrowed
from services.customers.search.running import Budget, read
from services.customers.visibility import searchable, visible

SORT: Final = "relevance"
CANDIDATES: Final = 1_000
_NEVER: Final = "-infinity"


@dataclass(frozen=True, slots=True)
class Ranked:
    """Ids and sort keys. `capped`: more match than were ranked."""

    rows: Sequence[Row[Any] | Alone]
    capped: bool


@dataclass(frozen=True, slots=True)
class Alone:
    """The one customer who was meant: there is nobody to rank them with, and no page behind them."""

    id: UUID
    sort_key: str = ""


def find(
    connection: Connection,
    asker: Asker,
    restriction: Narrowed,
    *,
    limit: int,
    cursor: str | None,
    budget: Budget,
) -> Ranked:
    """Raises Invalid for a cursor that is none of this order."""
    match = restriction.match
    assert match is not None, "only a search has relevance"
    after = Cursor.load(cursor, sort=SORT)
    if after is None and not restriction.conditions and len(match.holders) == 1:
        return Ranked([Alone(*match.holders)], capped=False)
    behind, parameters = _behind(after)
    parameters |= {**restriction.parameters, "limit": limit, "candidates": CANDIDATES}
    source = BOTH if restriction.conditions else SEARCHED
    condition = visible(asker.scope) if restriction.conditions else searchable(asker.scope)
    begins = _begins(match, f"FROM {source} WHERE {' AND '.join((condition, *restriction.conditions))}")
    rows = _read_begins(connection, _page([begins], "begins", behind), parameters, restriction, budget)
    if match.holders or _are_capped(rows):
        return Ranked(rows, _are_capped(rows))
    matching = f"SELECT s.customer_id AS id, {match.rank} AS rank FROM {source}"
    matching = f"{matching} WHERE {restriction.all_of(condition)}"
    ways = [_page([begins, *found], "found", behind) for found in (_some(matching), _gathered(matching))]
    rows = read(connection, ways, parameters, budget=budget)
    return Ranked(rows, _are_capped(rows))


def _read_begins(
    connection: Connection,
    statement: str,
    parameters: Mapping[str, Any],
    restriction: Narrowed,
    budget: Budget,
) -> Sequence[Row[Any]]:
    if restriction.conditions:
        return read(connection, [statement], parameters, budget=budget)
    # One walk over one index, a thousand rows at most: no detour.
    return connection.execute(text(statement), parameters, execution_options=PLANNED_FOR_ITS_VALUES).all()


def _are_capped(rows: Sequence[Row[Any]]) -> bool:
    return any(row.candidates >= CANDIDATES for row in rows)


def _begins(match: Match, found: str) -> str:
    """Exact names come first in this order, so they are among the candidates whatever their number."""
    return f"""begins AS MATERIALIZED (
        SELECT s.customer_id AS id, {match.rank_of_prefix} AS rank {found} AND {match.prefix}
        ORDER BY s.name_search USING ~<~, s.customer_id LIMIT :candidates)"""


def _some(matching: str) -> list[str]:
    return [f"found AS MATERIALIZED ({matching} LIMIT :candidates)"]


def _gathered(matching: str) -> list[str]:
    """The same where the planner, told of a limit, walks the whole table to find few."""
    return [
        f"every AS MATERIALIZED ({matching})",
        "found AS MATERIALIZED (SELECT id, rank FROM every LIMIT :candidates)",
    ]


def _page(sets: Sequence[str], last: str, behind: str) -> str:
    """The candidates are the same for each page: they depend on nothing that belongs to one page."""
    several = "begins" if last == "begins" else "(SELECT * FROM begins UNION ALL SELECT * FROM found) each"
    return f"""
        WITH {", ".join(sets)},
        ranked AS (
            SELECT candidate.id, rank, coalesce(a.last_at, '{_NEVER}') AS last_at
            FROM (SELECT id, min(rank) AS rank FROM {several} GROUP BY id) candidate
            LEFT JOIN customer_activity a ON a.customer_id = candidate.id)
        SELECT id, CAST(rank AS text) || ' ' || CAST(last_at AS text) AS sort_key,
               (SELECT count(*) FROM {last}) AS candidates
        FROM ranked WHERE {behind} ORDER BY rank, last_at DESC, id LIMIT :limit"""


def _behind(after: Cursor | None) -> tuple[str, dict[str, Any]]:
    if after is None:
        return "true", {}
    rank, _, last_at = (after.value or "").partition(" ")
    if rank not in map(str, range(INSIDE + 1)):
        raise invalid_cursor()
    condition = """(rank > :rank OR rank = :rank AND (
        last_at < CAST(:last_at AS timestamptz)
        OR last_at = CAST(:last_at AS timestamptz) AND id > :after_id))"""
    moment = _NEVER if last_at == _NEVER else _moment(last_at)
    return condition, {"rank": int(rank), "last_at": moment, "after_id": after.id}


def _moment(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise invalid_cursor()
        return moment.astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        raise invalid_cursor() from None
