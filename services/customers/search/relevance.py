"""The order of a quick search: exact matches, then beginnings, then the latest interaction.

Ranked are the customers whose names begin with what was typed, and any thousand that match; to rank half
a million for "a" would help nobody. Whoever wants all of them, names an order.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection, Row

from services.customers.filters.context import Asker
from services.customers.registry.cursors import Cursor, invalid_cursor
from services.customers.registry.views import VIEW
from services.customers.registry.visibility import searchable, visible
from services.customers.search.matching import INSIDE, Match
from services.customers.search.narrowing import BOTH, SEARCHED, Narrowed
from services.customers.search.running import Budget, read

SORT: Final = "relevance"
CANDIDATES: Final = 1_000
_NEVER: Final = "-infinity"


def read_rows(
    connection: Connection,
    asker: Asker,
    restriction: Narrowed,
    *,
    limit: int,
    cursor: str | None,
    budget: Budget,
) -> Sequence[Row[Any]]:
    """Raises Invalid for a cursor that is none of this order."""
    match = restriction.match
    assert match is not None, "only a search has relevance"
    behind, parameters = _behind(Cursor.load(cursor, sort=SORT))
    parameters |= {**restriction.parameters, "limit": limit, "candidates": CANDIDATES}
    ways = [_statement(asker, restriction, match, behind, gathered=gathered) for gathered in (False, True)]
    return read(connection, ways, parameters, budget=budget)


def _statement(asker: Asker, restriction: Narrowed, match: Match, behind: str, *, gathered: bool) -> str:
    """The candidates are the same for each page: their number does not depend on the page's limit."""
    return f"""
        WITH {_candidates(asker, restriction, match, gathered=gathered)},
        ranked AS (
            SELECT s.customer_id AS id, {match.rank} AS rank, coalesce(a.last_at, '{_NEVER}') AS last_at
            FROM (SELECT id FROM prefixed UNION SELECT id FROM matching) candidate
            JOIN customer_search s ON s.customer_id = candidate.id
            LEFT JOIN customer_activity a ON a.customer_id = s.customer_id
            WHERE {searchable(asker.scope)}),
        picked AS (SELECT * FROM ranked WHERE {behind} ORDER BY rank, last_at DESC, id LIMIT :limit)
        SELECT {VIEW} AS view, c.id, CAST(rank AS text) || ' ' || CAST(last_at AS text) AS sort_key,
               :candidates IN ((SELECT count(*) FROM prefixed), (SELECT count(*) FROM matching)) AS capped
        FROM picked JOIN customer c ON c.id = picked.id WHERE {visible(asker.scope)}
        ORDER BY picked.rank, picked.last_at DESC, picked.id"""


def _candidates(asker: Asker, restriction: Narrowed, match: Match, *, gathered: bool) -> str:
    """Exact names are among the prefixes, which come in order; exact addresses are never many."""
    source = BOTH if restriction.conditions else SEARCHED
    condition = visible(asker.scope) if restriction.conditions else searchable(asker.scope)
    narrowed = restriction.all_of(condition)
    begins = " AND ".join((condition, *restriction.conditions, match.prefix))
    every = f"""every AS MATERIALIZED (SELECT s.customer_id AS id FROM {source} WHERE {narrowed}),"""
    some = "every" if gathered else f"(SELECT s.customer_id AS id FROM {source} WHERE {narrowed}) every"
    return f"""{every if gathered else ""}
        matching AS MATERIALIZED (SELECT id FROM {some} LIMIT :candidates),
        prefixed AS MATERIALIZED (
            SELECT s.customer_id AS id FROM {source} WHERE {begins}
            ORDER BY s.name_search USING ~<~, s.customer_id LIMIT :candidates)"""


def _behind(after: Cursor | None) -> tuple[str, dict[str, Any]]:
    if after is None:
        return "true", {}
    rank, _, last_at = (after.value or "").partition(" ")
    if not rank.isascii() or not rank.isdigit() or int(rank[:2]) > INSIDE:
        raise invalid_cursor()
    condition = """(rank > :rank OR rank = :rank AND (
        last_at < CAST(:last_at AS timestamptz)
        OR last_at = CAST(:last_at AS timestamptz) AND id > :after_id))"""
    moment = _NEVER if last_at == _NEVER else _moment(last_at)
    return condition, {"rank": int(rank[:2]), "last_at": moment, "after_id": after.id}


def _moment(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise invalid_cursor()
        return moment.astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        raise invalid_cursor() from None
