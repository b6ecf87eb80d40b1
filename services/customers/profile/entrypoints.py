"""The call about a whole customer."""

from __future__ import annotations

from typing import Any, Final

from servicekit.clock import utc_now
from servicekit.database import Database
from servicekit.errors import NotFound
from servicekit.inputs import find_id
from servicekit.rights import for_people
from servicekit.rpc import rpc
from services.customers.history.queries import list_latest
from services.customers.outreach import queries as requests
from services.customers.profile import queries
from services.customers.profile.messages import profile_message

Json = dict[str, Any]
LATEST: Final = 5


class ProfileEntrypoints:
    """Mixin of CustomersService."""

    db: Database

    @rpc
    def get_profile(self, scope: Json, customer_id: str) -> Json:
        """What a page about the customer shows first; each item and each number under the caller's teams."""
        caller, asked, now = for_people(scope), find_id(customer_id), utc_now()
        with self.db.reading() as connection:
            found = queries.find(connection, caller, asked) if asked else None
            if found is None:
                raise NotFound("customer_not_found")
            if found.view["id"] != str(asked):
                return {"moved_to": found.view["id"]}
            latest = list_latest(connection, caller, found.members, now=now, limit=LATEST)
            asked_for = requests.list_latest(connection, caller, found.members, LATEST)
        return profile_message(found, latest, asked_for, scope=caller, now=now)
