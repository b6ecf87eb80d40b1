"""Who sees a task, and how much of it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import Enum
from uuid import UUID

from servicekit.scope import ADMIN, AGENT, Scope
from services.tasks.work.domain.task import Task


class Sight(Enum):
    FULL = "full"
    LIMITED = "limited"  # title, dates and status: for whoever has to do it, without seeing the customer
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Eyes:
    """Whose they are. `teams_of` knows the teams that a user is in today."""

    scope: Scope
    teams_of: Callable[[UUID], Collection[str]]

    def sight_of(self, task: Task, *, sees_customer: bool) -> Sight:
        """`sees_customer` is the customers service's word; it is not asked about a task without one."""
        if self.scope.role not in (ADMIN, AGENT):
            return Sight.NONE
        is_responsible = str(task.responsible_id) == self.scope.user_id
        if task.customer_id is not None:
            if sees_customer:
                return Sight.FULL
            return Sight.LIMITED if is_responsible else Sight.NONE
        if self.scope.is_admin or is_responsible or self._is_close_to(task.author_id):
            return Sight.FULL
        return Sight.NONE

    def _is_close_to(self, author_id: UUID) -> bool:
        return str(author_id) == self.scope.user_id or not self.scope.team_ids.isdisjoint(
            self.teams_of(author_id)
        )
