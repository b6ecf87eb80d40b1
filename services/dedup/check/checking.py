"""One check: candidates from the index, then one call that says who holds what was typed and who is seen.

Whom the caller may not see is left out without a trace: the next likely one takes the place.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from servicekit.database import Database
from servicekit.errors import Unavailable
from servicekit.scope import Scope
from services.dedup.check import queries, told
from services.dedup.check.domain import likely
from services.dedup.check.domain.likely import Candidate, Likely
from services.dedup.check.domain.typed import Typed
from services.dedup.check.messages import exact_message, likely_message
from services.dedup.check.told import Told
from services.dedup.customers import Ask
from services.dedup.domain.facts import Facts

Json = dict[str, Any]
MOST_LIKELY: Final = 10
REFILLS: Final = 5
_FIRST: Final = 2 * MOST_LIKELY
_MORE: Final = 150
_CHANGES_MEANWHILE: Final = 3
_YIELD_EVERY: Final = 50


@dataclass(frozen=True, slots=True)
class Check:
    """One caller's check."""

    db: Database
    ask: Ask
    scope: Scope

    def matches(self, typed: Typed) -> list[Json]:
        """Exact ones, then likely ones, the likeliest first. Raises Conflict `duplicate_budget_exhausted`."""
        found, answer = self._look(typed)
        exact = [exact_message(each["customer"], each["matched_on"]) for each in answer["matches"]]
        known = {message["id"] for message in exact}
        others = (
            likely_message(customer, score=each.score, reasons=each.reasons)
            for each, customer in self._shown(found, answer["likely"])
            if customer["id"] not in known
        )
        return [*exact, *islice(others, MOST_LIKELY)]

    def _look(self, typed: Typed) -> tuple[list[Likely], Json]:
        """Who is likely, and what the customers service says of the first of them and of all addresses."""
        pool = self.db.engine.pool
        assumed = told.last_told(pool, self.scope)
        for _ in range(_CHANGES_MEANWHILE):
            found = self._likely(typed, assumed)
            if not found and not typed.has_contact:
                return [], {"matches": [], "likely": []}
            asked = [str(each.id) for each in found[:_FIRST]]
            answer: Json = self.ask("check_duplicates", self.scope.dump(), dict(typed.fields), asked)
            now = Told.load(answer)
            if now == assumed:
                return found, answer
            told.remember(pool, self.scope, now)
            assumed = now
        raise Unavailable("settings_changed", {"retry_after": 1})

    def _likely(self, typed: Typed, assumed: Told) -> list[Likely]:
        facts = typed.facts(assumed.region)
        with self.db.reading() as connection:
            candidates = [] if assumed.masked else queries.by_clue(connection, facts)
            names = queries.by_name(connection, facts.name)
        return likely.in_order([*_compared(facts, candidates), *likely.by_name(facts.name, names)])

    def _shown(self, found: Sequence[Likely], first: Iterable[Json]) -> Iterator[tuple[Likely, Json]]:
        """Those whom the caller sees, in order. Others are asked about only if the first are not enough."""
        start, messages = _FIRST, first
        yield from _paired(found[:_FIRST], messages)
        for _ in range(REFILLS):
            batch = found[start : start + _MORE]
            if not batch:
                return
            asked = [str(each.id) for each in batch]
            yield from _paired(batch, self.ask("show_customers", self.scope.dump(), asked).values())
            start += _MORE


def _compared(typed: Facts, candidates: Sequence[Candidate]) -> Iterator[Likely]:
    for number, candidate in enumerate(candidates, 1):
        if number % _YIELD_EVERY == 0:
            time.sleep(0)  # others want their turn
        if found := likely.by_clue(typed, candidate):
            yield found


def _paired(found: Iterable[Likely], messages: Iterable[Json]) -> Iterator[tuple[Likely, Json]]:
    """One that was merged meanwhile is shown as nobody: the index is about to know."""
    shown = {message["id"]: message for message in messages}
    return ((each, shown[str(each.id)]) for each in found if str(each.id) in shown)
