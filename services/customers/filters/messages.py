"""Filters on the wire."""

from __future__ import annotations

from typing import Any

from identity import is_contact_like
from servicekit.clock import to_rfc3339
from servicekit.scope import Scope
from services.customers.filters.domain.saved import SavedFilter
from services.customers.filters.domain.written import without_contact_data

Json = dict[str, Any]


def saved_filter_message(saved: SavedFilter, scope: Scope, problems: list[Json], *, masked: bool) -> Json:
    """As this caller may use it: `problems` are what it names in vain today, for them.

    `masked`: no address that it looks for is shown, unless they typed it themselves as words to search for.
    """
    mine = str(saved.owner_id) == scope.user_id
    return {
        "id": str(saved.id),
        "name": saved.name,
        "q": None if masked and not mine and saved.q and is_contact_like(saved.q) else saved.q,
        "filter": without_contact_data(saved.filter) if masked and saved.filter else saved.filter,
        "sort": saved.sort,
        "columns": None if saved.columns is None else list(saved.columns),
        "shared_with_team": None if saved.shared_team_id is None else str(saved.shared_team_id),
        "owner": str(saved.owner_id),
        "mine": mine,
        "problems": problems,
        "time_zone": saved.time_zone,
        "version": saved.version,
        "created_at": to_rfc3339(saved.created_at),
        "updated_at": to_rfc3339(saved.updated_at),
    }
