"""Calls that list and search customers."""

from __future__ import annotations

from typing import Any

from directory.refresh import with_news
from servicekit.database import Database
from servicekit.inputs import whole
from servicekit.rights import for_administrators, for_people
from servicekit.rpc import rpc
from servicekit.scope import Scope
from services.customers.filters import context
from services.customers.messages import customer_message
from services.customers.search import listing, totals
from services.customers.search.running import Budget
from services.customers.search.selection import open_selection

Json = dict[str, Any]


class SearchEntrypoints:
    """Mixin of CustomersService."""

    db: Database
    gateway: Any

    @rpc
    def list_customers(
        self,
        scope: Json,
        limit: int = 50,
        cursor: str | None = None,
        sort: str | None = None,
        include_total: bool = False,
        deleted: bool = False,
        q: str | None = None,
        filter: Json | None = None,
        saved_filter: str | None = None,
        time_zone: str | None = None,
    ) -> Json:
        """A page of those who are found by `q` and match the filters; of everybody without them.

        A search without `sort` answers the best matches first, and `capped` if there are more of them
        than it ranks. `warnings` name what a saved filter asks for in vain.
        """
        caller = for_administrators(scope) if deleted else for_people(scope)
        limit = whole(limit, "/limit", at_least=1, at_most=listing.MAX_LIMIT)
        asked = {"q": q, "filter": filter, "saved_filter": saved_filter, "sort": sort}

        def once() -> Json:
            return self._list(
                caller, asked, limit=limit, cursor=cursor, counted=include_total, deleted=deleted,
                time_zone=time_zone,
            )  # fmt: skip

        return with_news(self.db, self.gateway, once)

    def _list(
        self,
        caller: Scope,
        asked: Json,
        *,
        limit: int,
        cursor: str | None,
        counted: bool,
        deleted: bool,
        time_zone: str | None,
    ) -> Json:
        budget, total = Budget(), None
        with self.db.reading() as connection:
            asker = context.asker(connection, caller, time_zone=time_zone)
            opened = open_selection(connection, asked, asker=asker)
            page = listing.page(
                connection,
                asker,
                selection=opened.selection,
                limit=limit,
                cursor=cursor,
                sort=opened.sort,
                deleted=deleted,
                budget=budget,
            )
            if counted:
                total = totals.count(connection, asker, opened.selection, deleted=deleted, budget=budget)
        data = [customer_message(view, caller, asker.configuration) for view in page.views]
        return {
            "data": data,
            "next": page.next,
            **({"total": total} if total else {}),
            **({"capped": True} if page.capped else {}),
            **({"warnings": opened.warnings} if opened.warnings else {}),
        }
