"""Who can be made responsible: somebody who works here and may see the customer.

An agent can name administrators and members of the teams that they share with the customer, as for assignees.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from servicekit.errors import Invalid
from servicekit.scope import Scope
from services.tasks import customers
from services.tasks.work.looking import Look


def check_responsible(look: Look, gateway: Any, user_id: UUID, *, customer_id: UUID | None) -> None:
    """Raises Invalid. Asks both neighbours: never inside of a unit of work."""
    user = look.directory.find_user(str(user_id))
    if user is None or not user.active:
        raise _unknown()
    message = gateway.call("scope_of", str(user_id))
    if message is None:
        raise _unknown()
    if customer_id is not None and not _sees(look, _as_known(Scope.load(message), look.scope), customer_id):
        raise Invalid.at("/responsible", "cannot_see_customer", "this user may not see the customer")


def _as_known(candidate: Scope, caller: Scope) -> Scope:
    """With the teams that the caller knows of: an agent must not learn in which other teams a customer is."""
    if caller.is_admin or candidate.is_admin:
        return candidate
    return replace(candidate, team_ids=candidate.team_ids & caller.team_ids)


def _sees(look: Look, scope: Scope, customer_id: UUID) -> bool:
    return bool(customers.visible(look.customers_service, scope, [customer_id]))


def _unknown() -> Invalid:
    return Invalid.at("/responsible", "unknown_user", "there is no such user who is active")
