"""Whoever renames an option or a tag is told what names it."""

from __future__ import annotations

from typing import Any

from servicekit.database import Database
from servicekit.inputs import object_of
from servicekit.rights import for_people
from servicekit.rpc import rpc
from services.reports.facts import ask_facts
from services.reports.templates import repository as templates
from services.reports.templates.domain.naming import Renamed, named_message

Json = dict[str, Any]


class NamingEntrypoints:
    """Mixin of ReportsService."""

    db: Database
    customers: Any

    @rpc
    def templates_naming(self, scope: Json, renamed: Json) -> list[Json]:
        """Templates that the caller may see and that name one of these options, tags or labels: `follows`
        says whether they go by the new name. The same before and after it was renamed."""
        caller, asked = for_people(scope), Renamed.load(object_of(renamed))
        if not asked.words:
            return []
        masked = ask_facts(self.customers.call, caller).masked
        with self.db.reading() as connection:
            found = templates.mentioning(connection, caller, asked.words, masked=masked)
        return [message for each in found if (message := named_message(each, asked))]
