"""The call while somebody types a new customer."""

from __future__ import annotations

from typing import Any

from servicekit.database import Database
from servicekit.inputs import object_of
from servicekit.rights import for_people
from servicekit.rpc import rpc
from services.dedup.check.checking import Check
from services.dedup.check.domain.typed import read_typed

Json = dict[str, Any]


class CheckEntrypoints:
    """Mixin of DedupService."""

    db: Database
    customers: Any

    @rpc
    def check(self, scope: Json, data: Json) -> Json:
        """Whom the caller sees who is, or may be, the one that is typed. Nothing is written."""
        caller, typed = for_people(scope), read_typed(object_of(data))
        return {"matches": Check(self.db, self.customers.call, caller).matches(typed)}
