"""Calls of the dedup service. The first two have no caller: what they tell feeds an index, and no route.

The token of a duplicate answer is redeemed for that service too, which shows the customer to administrators.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from servicekit.clock import utc_now
from servicekit.database import Database
from servicekit.errors import Invalid, TooLarge
from servicekit.inputs import find_id, ids_of, object_of, whole
from servicekit.rights import for_people
from servicekit.rpc import rpc
from services.customers import configuration
from services.customers.matching import checking, describing, showing, tokens

Json = dict[str, Any]
MAX_DESCRIBED: Final = 500
MAX_SHOWN: Final = 200
MAX_PAGE: Final = 2_000


class MatchingEntrypoints:
    """Mixin of CustomersService."""

    db: Database

    @rpc
    def describe_for_matching(self, ids: list[str]) -> Json:
        """Of each id the live customer that it is part of, once; `gone` are those that are part of none."""
        wanted = _some(ids, at_most=MAX_DESCRIBED)
        with self.db.reading() as connection:
            described, found = describing.describe(connection, list(map(UUID, wanted.values())))
        gone = [asked for asked in ids if asked not in wanted or UUID(wanted[asked]) not in found]
        return {"customers": described, "gone": gone}

    @rpc
    def pages_for_matching(self, after: str | None = None, limit: int = MAX_PAGE) -> Json:
        """All live customers in the order of their ids, a page at a time."""
        limit = whole(limit, "/limit", at_least=1, at_most=MAX_PAGE)
        following = None if after is None else find_id(after)
        if after is not None and following is None:
            raise Invalid.at("/after", "invalid_id", "an id is expected")
        with self.db.reading() as connection:
            found = describing.page(connection, after=following, limit=limit + 1)
        page = found[:limit]
        return {"customers": page, "next": page[-1]["id"] if len(found) > limit else None}

    @rpc
    def check_duplicates(self, scope: Json, data: Json, likely: list[str] | None = None) -> Json:
        """Who holds what is being typed, and those of the `likely` customers that the caller may see."""
        caller, data = for_people(scope), object_of(data)
        wanted = _some([] if likely is None else likely, at_most=MAX_SHOWN)
        ids = list(dict.fromkeys(map(UUID, wanted.values())))
        with self.db.reading() as connection:
            return checking.check(connection, caller, data, likely=ids, at=utc_now())

    @rpc
    def redeem_access_token(self, scope: Json, token: str) -> Json:
        """Whom a duplicate answer could not show: the record, its customer's records, what was typed."""
        caller = for_people(scope)
        with self.db.reading() as connection:
            return tokens.redeem(connection, caller, token, at=utc_now())

    @rpc
    def show_customers(self, scope: Json, ids: list[str]) -> Json:
        """Of each id that the caller may see: the customer that it is part of, as they may see it."""
        caller, wanted = for_people(scope), _some(ids, at_most=MAX_SHOWN)
        with self.db.reading() as connection:
            shown = showing.show(
                connection, caller, list(map(UUID, wanted.values())), configuration.current(connection)
            )
        return {asked: shown[key] for asked, key in wanted.items() if key in shown}


def _some(ids: Any, *, at_most: int) -> dict[str, str]:
    if isinstance(ids, list) and len(ids) > at_most:
        raise TooLarge("too_many_ids", {"limit": at_most})
    return ids_of(ids)
