"""Who may see which customer: asked of the customers service with every call, never kept.

Ask before a unit of work begins, never inside of one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from servicekit.errors import NotFound
from servicekit.inputs import find_id
from servicekit.scope import Scope


@dataclass(frozen=True, slots=True)
class VisibleCustomer:
    """One that the caller may see. What was written with the id of any of its members belongs to it.

    `teams`, where they were asked for: the customer's own, of which an agent is told only theirs.
    """

    id: UUID
    members: tuple[UUID, ...]
    teams: frozenset[str] = frozenset()

    @classmethod
    def load(cls, message: Mapping[str, Any]) -> VisibleCustomer:
        members = tuple(map(UUID, message["members"]))
        return cls(UUID(message["id"]), members, frozenset(message.get("teams", ())))


def visible(service: Any, scope: Scope, ids: Iterable[UUID]) -> dict[UUID, VisibleCustomer]:
    """By each id, which may be an absorbed one, the customer that it belongs to. Others are left out.

    One call for a whole page; none at all for no ids.
    """
    return _ask(service, scope, sorted(set(ids)))


def get_visible(
    service: Any, scope: Scope, customer_id: object, *, with_teams: bool = False
) -> VisibleCustomer:
    """The customer that this id belongs to. Raises NotFound alike for one that never was and a hidden one."""
    asked = find_id(customer_id)
    found = {} if asked is None else _ask(service, scope, [asked], with_teams=with_teams)
    if asked not in found:
        raise not_found()
    return found[asked]


def not_found() -> NotFound:
    """The same bytes as the customers service answers."""
    return NotFound("customer_not_found")


def _ask(
    service: Any, scope: Scope, ids: list[UUID], *, with_teams: bool = False
) -> dict[UUID, VisibleCustomer]:
    if not ids:
        return {}
    wanted = {"with_teams": True} if with_teams else {}
    answer = service.call("visible", scope.dump(), list(map(str, ids)), **wanted)
    return {UUID(asked): VisibleCustomer.load(message) for asked, message in answer.items()}
