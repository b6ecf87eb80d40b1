"""Calls of the import_export service, for whoever imports; no route leads here.

Rights are those of whoever imports at each call, and nothing that they may not see is told.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from nameko.timer import timer

from directory.refresh import refresh
from servicekit.clock import utc_now
from servicekit.database import Database
from servicekit.errors import Invalid, TooLarge
from servicekit.inputs import find_id, ids_of, object_of, whole
from servicekit.rights import for_people
from servicekit.rpc import rpc
from services.customers import configuration
from services.customers.importing import answers, batch, effects, facts, rights, targets, undoing
from services.customers.importing.batch import Batch
from services.customers.importing.domain.asked import MAX_ROWS

Json = dict[str, Any]
MAX_LISTED: Final = 1_000
MAX_UNDONE: Final = 500
FORGET_INTERVAL: Final = timedelta(hours=1)


class ImportEntrypoints:
    """Mixin of CustomersService."""

    db: Database
    gateway: Any

    @rpc
    def import_rights(self, scope: Json) -> Json:
        """What the caller may: asked much more often than the facts, which are much longer."""
        caller = for_people(scope)
        with self.db.reading() as connection:
            return facts.rights_for(caller, configuration.current(connection))

    @rpc
    def import_facts(self, scope: Json) -> Json:
        """What rows are read by: fields, teams and users that the caller may name, settings."""
        caller = for_people(scope)
        with self.db.reading() as connection:
            return facts.facts_for(caller, configuration.current(connection))

    @rpc(grouped=False)
    def import_targets(self, scope: Json, rows: list[Json]) -> Json:
        """Whom that the caller sees each row would meet: rows that meet one customer belong together."""
        caller, asked = for_people(scope), _rows(rows)
        with self.db.reading() as connection:
            rights.of(connection, caller)
            return {"targets": targets.find(connection, caller, asked)}

    @rpc(grouped=False)
    def import_batch(
        self, scope: Json, run: str, rows: list[Json], options: Json, dry_run: bool = False
    ) -> Json:
        """What becomes of each row; `dry_run`: what would become of it. A row takes effect once."""
        caller, asked = for_people(scope), Batch.read(_run(run), _rows(rows), object_of(options))
        self._hear_of_news(asked)
        with self.db.unit_of_work() as uow:
            work = rights.begin(uow, caller, at=utc_now())
            return batch.check(work, asked) if dry_run is True else batch.run(work, asked)

    @rpc(grouped=False)
    def undo_import(
        self,
        scope: Json,
        run: str,
        customers: list[str],
        touched: list[str] | None = None,
    ) -> Json:
        """These customers as they were before an import, as far as that is still so.

        `touched` are those of them whom other services know more about by now. Asked again, it answers the
        same.
        """
        caller, asked = for_people(scope), _ids(customers)
        worked_on = _ids([] if touched is None else touched)
        with self.db.unit_of_work() as uow:
            work = rights.begin(uow, caller, at=utc_now())
            return {"customers": undoing.undo(work, _run(run), asked, touched=worked_on)}

    @rpc
    def import_effects(self, scope: Json, run: str, after: str | None = None, limit: int = 500) -> Json:
        """Whom an import made or changed, in the order of their ids."""
        caller = for_people(scope)
        limit = whole(limit, "/limit", at_least=1, at_most=MAX_LISTED)
        with self.db.reading() as connection:
            rights.of(connection, caller)
            found = effects.customers_of(connection, _run(run), after=_after(after), limit=limit)
        ids = list(map(str, found))
        return {"customers": ids, "next": ids[-1] if len(ids) == limit else None}

    @rpc
    def import_outcomes(self, run: str, ns: list[int]) -> Json:
        """What became of those of these rows that were decided, as import_batch told it then.

        For services alone, whoever may import by now: it tells what was done, and does nothing.
        """
        asked = _numbers(ns)
        with self.db.reading() as connection:
            found = effects.find(connection, _run(run), asked)
        return {"rows": [answers.repeated(found[n]) for n in asked if n in found]}

    @timer(interval=FORGET_INTERVAL.total_seconds())
    def forget_import_effects(self) -> None:
        effects.forget_old(self.db, at=utc_now())

    def _hear_of_news(self, asked: Batch) -> None:
        """A team or a user may be so new that our copy does not know them."""
        with self.db.reading() as connection:
            known = batch.knows_everybody(configuration.current(connection).directory, asked)
        if not known:
            refresh(self.db, self.gateway)


def _run(run: str) -> UUID:
    found = find_id(run)
    if found is None:
        raise Invalid.at("/run", "invalid_id", "an id is expected")
    return found


def _rows(rows: Any) -> list[Json]:
    if not isinstance(rows, list) or not all(
        isinstance(row, dict) and type(row.get("n")) is int for row in rows
    ):
        raise Invalid.at("/rows", "invalid_list", "a list of rows with their numbers is expected")
    if len(rows) > MAX_ROWS:
        raise TooLarge("too_many_rows", {"limit": MAX_ROWS})
    return rows


def _numbers(ns: Any) -> list[int]:
    if not isinstance(ns, list) or len(ns) > MAX_ROWS:
        raise Invalid.at("/ns", "invalid_list", f"a list of at most {MAX_ROWS} numbers of rows is expected")
    return list(dict.fromkeys(whole(n, "/ns", at_least=0, at_most=2**31 - 1) for n in ns))


def _ids(ids: Any) -> set[UUID]:
    found = set(map(UUID, ids_of(ids).values()))
    if len(found) > MAX_UNDONE:
        raise TooLarge("too_many_ids", {"limit": MAX_UNDONE})
    return found


def _after(after: Any) -> UUID | None:
    found = find_id(after)
    if after is not None and found is None:
        raise Invalid.at("/after", "invalid_id", "an id is expected")
    return found
