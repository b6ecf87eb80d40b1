"""Calls of the import_export service, which makes files of customers. Not for people: no route leads here."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection

from servicekit.clock import parse_rfc3339, to_rfc3339, utc_now
from servicekit.database import Database
from servicekit.errors import Forbidden, Invalid
from servicekit.ids import new_id
from servicekit.inputs import find_id, object_of, whole
from servicekit.rights import for_people
from servicekit.rpc import rpc
from servicekit.scope import Scope
from services.customers.exporting import pages
from services.customers.exporting.domain.columns import choose
from services.customers.exporting.pages import Position
from services.customers.filters import context
from services.customers.filters.context import Asker
from services.customers.search import selection as selections
from services.customers.search.ordering import Order, read_sort
from services.customers.search.relevance import SORT as RELEVANCE
from services.customers.search.running import Budget
from services.customers.search.selection import Opened, Selection
from services.customers.search.totals import EXACTLY

Json = dict[str, Any]
MAX_LIMIT: Final = 5_000
_ANY_NUMBER: Final = 10**9
_PATIENCE: Final = 2.0


class ExportEntrypoints:
    """Mixin of CustomersService."""

    db: Database

    @rpc
    def open_export(
        self, scope: Json, selection: Json, columns: list[str] | None = None, time_zone: str | None = None
    ) -> Json:
        """What an export is about, to be handed to `export_page`: it means the same to the end of the export.

        `upto` keeps out who comes into being later. `sort` says how the keys of pages are meant. `total` is
        exact if they can be counted in time. Raises Forbidden and Invalid as `export_page` does.
        """
        caller, data, now = for_people(scope), object_of(selection), utc_now()
        with self.db.reading() as connection:
            asker = _asker(connection, caller, time_zone, now)
            opened = selections.open_selection(connection, data, asker=asker, pointer="/selection")
            order = _order(opened, asker)
            chosen = choose(columns, asker.configuration.fields, masked=asker.masked)
            return {
                "selection": selections.freeze(connection, data, asker=asker),
                "columns": [column.dump() for column in chosen],
                "sort": {"descending": order.descending} if order else None,
                "total": _count(connection, asker, opened.selection),
                "upto": str(new_id()),
                "as_of": to_rfc3339(now),
                "time_zone": asker.zone.key,
                "company_time_zone": asker.configuration.settings.time_zone,
                "masked": asker.masked,
            }

    @rpc(grouped=False)
    def export_page(
        self,
        scope: Json,
        selection: Json,
        columns: list[str],
        upto: str,
        as_of: str,
        time_zone: str,
        after: str | None = None,
        limit: int = 1_000,
    ) -> Json:
        """The next customers of an opened export whom the caller sees today, as cells of these columns.

        At most `limit` rows by id, fewer if they are long, with `keys` to sort them by; `next` is what to go
        on `after`, None at the end. Raises Forbidden once the caller may not export, Invalid once a column or
        the selection is nothing for them.
        """
        caller, limit = for_people(scope), whole(limit, "/limit", at_least=1, at_most=MAX_LIMIT)
        position, last = Position.load(after), _id(upto)
        with self.db.reading() as connection:
            asker = _asker(connection, caller, time_zone, _moment(as_of))
            chosen = choose(columns, asker.configuration.fields, masked=asker.masked)
            opened = selections.open_selection(connection, object_of(selection), asker=asker, frozen=True)
            page = pages.page(
                connection,
                asker,
                opened.selection,
                chosen,
                order=_order(opened, asker),
                position=position,
                upto=last,
                limit=limit,
            )
        following = page.next.dump() if page.next else None
        return {"rows": page.rows, "keys": page.keys, "next": following, "masked": asker.masked}


def _order(opened: Opened, asker: Asker) -> Order | None:
    """What the rows are sorted by; None for the order of their ids, which stands for relevance, too."""
    if opened.sort in (None, RELEVANCE):
        return None
    return read_sort(opened.sort, asker.configuration.fields, pointer="/selection/sort")


def _asker(connection: Connection, caller: Scope, time_zone: str | None, now: datetime) -> Asker:
    """Raises Forbidden for agents, unless the company lets them export."""
    asker = context.asker(connection, caller, time_zone=time_zone, now=now)
    if not caller.is_admin and not asker.configuration.settings.agents_may_export:
        raise Forbidden("exports_forbidden")
    return asker


def _count(connection: Connection, asker: Asker, selection: Selection) -> Json:
    """Exactly if they can be counted in time, else up to the bound of lists, if even that can be."""
    for exactly in (_ANY_NUMBER, EXACTLY):
        try:
            budget = Budget(_PATIENCE)
            return selections.count(connection, asker, selection, exactly=exactly, budget=budget)
        except Invalid as error:
            if error.code != "query_too_expensive":
                raise
    return {"value": 0, "relation": "gte"}


def _id(value: Any) -> UUID:
    found = find_id(value)
    if found is None:
        raise Invalid.at("/upto", "invalid_id", "an id is expected")
    return found


def _moment(value: Any) -> datetime:
    try:
        return parse_rfc3339(value)
    except (TypeError, ValueError):
        raise Invalid.at("/as_of", "invalid_datetime", "a time with its offset is expected") from None
