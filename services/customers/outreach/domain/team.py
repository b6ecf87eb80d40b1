"""For which team a conversation begins."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from servicekit.errors import Invalid
from servicekit.scope import Scope


def team_of(
    wanted: UUID | None, scope: Scope, *, customers: Collection[UUID], known: Collection[str]
) -> UUID | None:
    """The one that was named: any for administrators, one of their own for agents.

    Agents who name none mean the only one of theirs that the customer is in; administrators mean none.
    """
    if wanted is not None:
        allowed = known if scope.is_admin else scope.team_ids
        if str(wanted) not in allowed:
            raise Invalid.at("/team", "unknown_team", "there is no such team")
        return wanted
    if scope.is_admin:
        return None
    own = [team for team in customers if str(team) in scope.team_ids]
    if len(own) > 1:
        raise Invalid.at("/team", "team_required", "you and the customer are in several teams: say which")
    return own[0] if own else None
