"""Who may see which customers: the one place that turns a scope into SQL.

Every statement that reads customers for somebody goes through `visible`; tests/architecture proves it.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from servicekit.scope import AGENT, Scope


def visible(scope: Scope, row: str = "c") -> str:
    """The condition under which the customer row aliased `row` exists for this caller.

    The statement needs `visibility_parameters(scope)`. Live roots only: what is deleted or absorbed is
    shown by no ordinary answer. Connectors see nobody.
    """
    if scope.is_admin:
        return f"{row}.live"
    if scope.role == AGENT:
        return f"({row}.live AND {row}.team_ids && CAST(:scope_teams AS uuid[]))"
    return "false"


def visible_deleted(scope: Scope, row: str = "c") -> str:
    """The same for deleted customers, which only administrators list and restore."""
    return f"({row}.deleted_at IS NOT NULL AND {row}.root_id = {row}.id)" if scope.is_admin else "false"


def visible_part(scope: Scope, row: str) -> str:
    """Whether this caller may see the record aliased `row` for its own sake, whatever it is part of now."""
    if scope.is_admin:
        return "true"
    if scope.role == AGENT:
        return f"({row}.deleted_at IS NULL AND {row}.team_ids && CAST(:scope_teams AS uuid[]))"
    return "false"


def searchable(scope: Scope, row: str = "s") -> str:
    """The same as `visible` for a row of customer_search, which holds live roots and nobody else."""
    if scope.is_admin:
        return "true"
    return f"{row}.team_ids && CAST(:scope_teams AS uuid[])" if scope.role == AGENT else "false"


def visibility_parameters(scope: Scope) -> dict[str, Any]:
    """The values that `visible` and `searchable` refer to."""
    return {"scope_teams": own_teams(scope)} if scope.role == AGENT else {}


def own_teams(scope: Scope) -> list[UUID]:
    """The caller's teams. Raises ValueError on an id that is none: a broken caller sees nothing."""
    return sorted(map(UUID, scope.team_ids))
