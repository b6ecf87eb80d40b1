"""Whose a new note is."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from servicekit.errors import Invalid
from servicekit.scope import Scope


def team_of(
    given: UUID | None, scope: Scope, *, known: Collection[str], customers: Collection[str]
) -> UUID | None:
    """The team of a note that the caller writes about a customer of the teams `customers`. Raises Invalid.

    The one given, one of the author's or, by an administrator, any of the `known` ones. Else the author's
    only team that the customer has; an administrator's is for administrators.
    """
    if given is not None:
        if str(given) not in (known if scope.is_admin else scope.team_ids):
            raise Invalid.at("/team", "unknown_team", "there is no such team")
        return given
    if scope.is_admin:
        return None
    own = scope.team_ids & set(customers)
    if len(own) != 1:
        raise Invalid.at("/team", "team_required", "say for which of your teams it is")
    return UUID(next(iter(own)))
