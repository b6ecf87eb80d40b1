"""Filters on the wire."""

from __future__ import annotations

from typing import Any

from servicekit.clock import to_rfc3339
from servicekit.scope import Scope
from services.customers.filters.domain.saved import SavedFilter

Json = dict[str, Any]


def saved_filter_message(saved: SavedFilter, scope: Scope, problems: list[Json]) -> Json:
    """As this caller may use it: `problems` are what it names in vain today, for them."""
    return {
        "id": str(saved.id),
        "name": saved.name,
        "q": saved.q,
        "filter": saved.filter,
        "sort": saved.sort,
        "columns": None if saved.columns is None else list(saved.columns),
        "shared_with_team": None if saved.shared_team_id is None else str(saved.shared_team_id),
        "owner": str(saved.owner_id),
        "mine": str(saved.owner_id) == scope.user_id,
        "problems": problems,
        "time_zone": saved.time_zone,
        "version": saved.version,
        "created_at": to_rfc3339(saved.created_at),
        "updated_at": to_rfc3339(saved.updated_at),
    }
