"""What holds an option besides customers, as far as the caller may see it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from servicekit.scope import Scope
from services.customers.visibility import own_teams

MAX_WARNINGS: Final = 100

# Saved filters name options by id, as texts somewhere in their tree.
_SAVED_FILTERS = text("""
    SELECT name FROM saved_filter
    WHERE jsonb_path_exists(filter, '$.** ? (@ == $options[*])', jsonb_build_object('options', :options))
      AND (owner_id = :user OR shared_team_id = ANY(CAST(:teams AS uuid[]))
           OR (:is_admin AND shared_team_id IS NOT NULL))
    ORDER BY name_folded, id LIMIT :most""").bindparams(bindparam("options", type_=JSONB))


def warnings(connection: Connection, scope: Scope, options: Iterable[UUID]) -> list[dict[str, Any]]:
    """`{kind, name, follows}`: whether it means the option under its new name, too."""
    parameters = {
        "options": sorted(map(str, options)),
        "user": UUID(scope.user_id),
        "teams": own_teams(scope),
        "is_admin": scope.is_admin,
        "most": MAX_WARNINGS,
    }
    names = connection.execute(_SAVED_FILTERS, parameters).scalars()
    return [{"kind": "saved_filter", "name": name, "follows": True} for name in names]
