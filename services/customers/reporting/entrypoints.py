"""Calls of the reports service, which makes tables of customers. Not for people: no route leads here."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from directory.refresh import with_news
from servicekit.clock import parse_rfc3339, to_rfc3339, utc_now
from servicekit.database import Database
from servicekit.errors import Invalid
from servicekit.inputs import find_id, object_of, whole
from servicekit.rights import for_people
from servicekit.rpc import rpc
from servicekit.scope import Scope
from services.customers.filters import context
from services.customers.reporting import seeing
from services.customers.reporting.aggregating import aggregate
from services.customers.reporting.domain.asked import read_asked
from services.customers.reporting.domain.facts import facts_of
from services.customers.reporting.grouping import Range
from services.customers.reporting.superseding import give_up_earlier, name_of, replaceable
from services.customers.search.running import Budget
from services.customers.search.selection import end_of_range, freeze, open_selection

Json = dict[str, Any]
MAX_SIZE: Final = 1_000_000
MAX_FORM: Final = 100
LONGEST: Final = 15.0


class ReportEntrypoints:
    """Mixin of CustomersService."""

    db: Database
    gateway: Any

    @rpc
    def report_facts(self, scope: Json) -> Json:
        """The fields that the caller may make reports of, and what else decides how they are read."""
        caller = for_people(scope)
        with self.db.reading() as connection:
            asker = context.asker(connection, caller)
        return {
            "fields": facts_of(asker.configuration.fields, masked=asker.masked),
            "masked": asker.masked,
            "time_zone": asker.configuration.settings.time_zone,
            "role": caller.role,
        }

    @rpc(grouped=False)
    def aggregate(
        self,
        scope: Json,
        selection: Json,
        fields: list[Json],
        measure: str | None = None,
        time_zone: str | None = None,
        form: str | None = None,
        after: str | None = None,
        upto: str | None = None,
        size: int | None = None,
        as_of: str | None = None,
        frozen: bool = False,
    ) -> Json:
        """How many customers of the selection there are of each combination of values of these fields.

        With `size` of the next so many customers behind `after` only, whether they are of the selection or
        not; `next` is what to go on after, None at the end, with `as_of` and the `selection` of the
        first answer, which is `frozen`: it says the same whoever changes a saved filter meanwhile. Whoever
        asks again for the same `form` gives up what they asked before, which raises Conflict `superseded`.
        Raises Invalid, `too_many_groups` and `query_too_expensive` among its codes.
        """
        caller, data = for_people(scope), object_of(selection)
        now = utc_now() if as_of is None else _moment(as_of)
        within = Range(_id(after, "/after"), _id(upto, "/upto"))
        size = None if size is None else whole(size, "/size", at_least=1, at_most=MAX_SIZE)
        name = None if form is None else name_of(caller.user_id, _form(form))
        if name:
            give_up_earlier(self.db, name)

        def once() -> Json:
            asked: Json = {"fields": fields, "measure": measure, "selection": data, "frozen": frozen}
            return self._aggregate(caller, asked, time_zone, now, within=within, size=size, name=name)

        return with_news(self.db, self.gateway, once)

    @rpc(grouped=False)
    def visible_bits(self, scope: Json, ids: str) -> Json:
        """`visible` for very many ids, as bytes: of each a bit says whether the caller sees it."""
        caller, asked = for_people(scope), seeing.bytes_of(ids)
        with self.db.reading() as connection:
            return {"bits": seeing.bits_of(connection, caller, asked)}

    def _aggregate(
        self,
        caller: Scope,
        data: Json,
        time_zone: str | None,
        now: datetime,
        *,
        within: Range,
        size: int | None,
        name: str | None,
    ) -> Json:
        budget, following = Budget(LONGEST), None
        with self.db.reading() as connection:
            asker = context.asker(connection, caller, time_zone=time_zone, now=now)
            definitions = asker.configuration.fields
            asked = read_asked(data["fields"], data["measure"], definitions, masked=asker.masked)
            selection, frozen = data["selection"], data["frozen"]
            opened = open_selection(connection, selection, asker=asker, pointer="/selection", frozen=frozen)
            kept = {}
            if size is not None:
                kept["selection"] = selection if frozen else freeze(connection, selection, asker=asker)
                following = end_of_range(connection, asker, after=within.after, upto=within.upto, size=size)
                within = Range(within.after, following or within.upto)
            with replaceable(connection, name, budget) if name else nullcontext():
                frame = aggregate(connection, asker, asked, opened.selection, within=within, budget=budget)
        return {
            "frame": frame,
            "next": following and str(following),
            "masked": asker.masked,
            "warnings": list(opened.warnings),
            "as_of": to_rfc3339(now),
            **kept,
        }


def _id(given: Any, pointer: str) -> UUID | None:
    found = find_id(given)
    if found is None and given is not None:
        raise Invalid.at(pointer, "invalid_id", "an id is expected")
    return found


def _moment(given: Any) -> datetime:
    try:
        return parse_rfc3339(given)
    except (TypeError, ValueError):
        raise Invalid.at("/as_of", "invalid_datetime", "a time with its offset is expected") from None


def _form(given: Any) -> str:
    if not isinstance(given, str) or not 0 < len(given) <= MAX_FORM:
        raise Invalid.at("/form", "invalid_form", f"a name of up to {MAX_FORM} characters is expected")
    return given
