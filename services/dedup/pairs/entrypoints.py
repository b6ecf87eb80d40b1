"""Calls about possible duplicates. A pair exists for whoever may see both, and their contact data."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from servicekit.database import Database
from servicekit.inputs import find_id, object_of
from servicekit.rights import for_people
from servicekit.rpc import rpc
from services.dedup.pairs import deciding, queries
from services.dedup.pairs.listing import Queue
from services.dedup.pairs.looking import Look
from services.dedup.pairs.wanted import Wanted, read_wanted

Json = dict[str, Any]
MOST_COUNTED: Final = 1_000


class PairEntrypoints:
    """Mixin of DedupService."""

    db: Database
    customers: Any

    @rpc
    def list_pairs(
        self,
        scope: Json,
        limit: int = 50,
        cursor: str | None = None,
        min_score: int | None = None,
        shared: bool | None = None,
        customer: str | None = None,
        reason: str | None = None,
    ) -> Json:
        """Likeliest first. Raises NotFound for a customer whom the caller does not see."""
        look, wanted = self._look(scope), read_wanted(limit, min_score, shared, reason)
        if customer is not None:
            wanted = replace(wanted, customer=look.at_customer(customer))
        return Queue(self.db, look, wanted).page(cursor)

    @rpc
    def list_clusters(self, scope: Json, limit: int = 50, cursor: str | None = None) -> Json:
        """Who hangs together by pairs, as far as the caller may see them, likeliest first."""
        wanted = read_wanted(limit, None, None, None)
        return Queue(self.db, self._look(scope), wanted, by_clusters=True).page(cursor)

    @rpc
    def get_pair(self, scope: Json, pair_id: str) -> Json:
        look, found = self._look(scope), find_id(pair_id)
        message = Queue(self.db, look, Wanted(1)).find(found) if found else None
        if message is None:
            raise deciding.not_found()
        return message

    @rpc
    def decide_pair(self, scope: Json, pair_id: str, data: Json, idempotency: Json | None = None) -> Json:
        """That they are not the same, for good. `{"pair", "replayed"}`."""
        look = self._look(scope)
        deciding.read_decision(object_of(data))
        return deciding.decide(self.db, look, pair_id, idempotency)

    @rpc
    def count_for(self, scope: Json, customer_id: str) -> Json:
        """`{"possible_duplicates"}`: how many the caller may be told of, a thousand at the most."""
        look = self._look(scope)
        customer = look.at_customer(customer_id)
        if look.is_masked:
            return {"possible_duplicates": 0}
        with self.db.reading() as connection:
            rows = queries.pairs_of(connection, customer, limit=MOST_COUNTED)
        look.look_at(end for row in rows for end in (row.first_id, row.second_id))
        count = sum(look.is_seen(row.first_id) and look.is_seen(row.second_id) for row in rows)
        return {"possible_duplicates": count}

    def _look(self, scope: Json) -> Look:
        return Look(self.customers.call, for_people(scope))
