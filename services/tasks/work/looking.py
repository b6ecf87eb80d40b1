"""What somebody sees of tasks. The one place that turns tasks into what is shown.

Asks other services: never inside of a unit of work, nor with a connection at hand.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from directory import repository as directory_rows
from directory.model import Directory
from servicekit.database import Transactions
from servicekit.errors import NotFound
from servicekit.inputs import find_id
from servicekit.scope import Scope
from services.tasks import customers
from services.tasks.customers import VisibleCustomer
from services.tasks.work import queries
from services.tasks.work.domain.changes import limited
from services.tasks.work.domain.sight import Eyes, Sight
from services.tasks.work.domain.task import Task
from services.tasks.work.messages import task_message

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Seen:
    """A task as one caller sees it; `customer` is the one that it belongs to today."""

    task: Task
    sight: Sight
    customer: VisibleCustomer | None = None

    @property
    def is_limited(self) -> bool:
        return self.sight is Sight.LIMITED

    def message(self, *, now: datetime) -> Json:
        customer = self.customer.id if self.customer else None
        return task_message(self.task, customer=customer, limited=self.is_limited, now=now)


@dataclass
class Look:
    """One caller's look, for one call: what was asked once is not asked again."""

    db: Transactions
    customers_service: Any
    scope: Scope
    _asked: dict[UUID, VisibleCustomer | None] = field(default_factory=dict)
    _directory: Directory | None = None

    def at(self, tasks: Iterable[Task]) -> list[Seen]:
        """Those of the tasks that the caller sees, in their order. One question for all of them."""
        tasks = list(tasks)
        self.ask_of(task.customer_id for task in tasks)
        eyes = Eyes(self.scope, self._teams_of)
        looked = [self._seen(task, eyes) for task in tasks]
        return [seen for seen in looked if seen.sight is not Sight.NONE]

    def at_one(self, task_id: object) -> Seen:
        """Raises NotFound alike for a hidden one and one that never was."""
        found = find_id(task_id)
        task = self._find(found) if found else None
        seen = self.at([task]) if task else []
        if not seen:
            raise not_found()
        return seen[0]

    def fully_at_one(self, task_id: object) -> Seen:
        """Raises Forbidden if the caller sees no more than that there is something to do."""
        seen = self.at_one(task_id)
        if seen.is_limited:
            raise limited()
        return seen

    def ask_of(self, customer_ids: Iterable[UUID | None]) -> None:
        new = {each for each in customer_ids if each is not None} - self._asked.keys()
        answer = customers.visible(self.customers_service, self.scope, new)
        self._asked |= {each: answer.get(each) for each in new}

    def at_customer(self, customer_id: object) -> VisibleCustomer:
        """The one that the id belongs to today. Raises NotFound."""
        customer = customers.get_visible(self.customers_service, self.scope, customer_id)
        self._asked |= dict.fromkeys(customer.members, customer)
        return customer

    def shown_customer(self, customer_id: str) -> str | None:
        """Of those that were asked for, the one that it belongs to today; None for a hidden one."""
        found = self._asked.get(UUID(customer_id))
        return str(found.id) if found else None

    @property
    def directory(self) -> Directory:
        if self._directory is None:
            with self.db.reading() as connection:
                self._directory = directory_rows.load(connection)
        return self._directory

    def colleagues(self) -> Sequence[UUID]:
        """Everybody who shares a team with the caller today, the caller among them."""
        return sorted(UUID(user.id) for user in self.directory.users.values() if self._is_near(user.team_ids))

    def _is_near(self, team_ids: Collection[str]) -> bool:
        return not self.scope.team_ids.isdisjoint(team_ids)

    def _teams_of(self, user_id: UUID) -> Collection[str]:
        user = self.directory.find_user(str(user_id))
        return user.team_ids if user else ()

    def _seen(self, task: Task, eyes: Eyes) -> Seen:
        customer = self._asked[task.customer_id] if task.customer_id else None
        return Seen(task, eyes.sight_of(task, sees_customer=customer is not None), customer)

    def _find(self, task_id: UUID) -> Task | None:
        with self.db.reading() as connection:
            return queries.find_task(connection, task_id)


def not_found() -> NotFound:
    return NotFound("task_not_found")
