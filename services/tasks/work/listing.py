"""Lists of tasks: walked in one order, shown as far as the caller may see them, always for a bounded effort.

Whoever sees few of many tasks gets short pages rather than slow ones: a page may hold less than was asked
for, even nothing, and still have a next one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.tasks.work import queries
from services.tasks.work.domain.task import UNFINISHED, Task
from services.tasks.work.looking import Look, Seen
from services.tasks.work.position import Position
from services.tasks.work.queries import Walk

Json = dict[str, Any]
REFILLS: Final = 5
_GROWTH: Final = 4
_MOST: Final = 1_000  # what the customers service answers at once
_MOST_READ: Final = 20_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is narrowed to; None: is not asked for."""

    sort: str
    statuses: tuple[str, ...]
    priorities: frozenset[str]
    now: datetime
    overdue: bool | None = None
    responsible: frozenset[UUID] | None = None
    members: tuple[UUID, ...] | None = None  # of one customer that the caller sees

    def walk(self) -> Walk:
        """The narrowest walk that meets them all."""
        statuses = self.statuses
        if self.overdue:
            statuses = tuple(status for status in statuses if status in UNFINISHED)
        column: str | None = None
        keys: tuple[UUID, ...] = ()
        if self.members is not None:
            column, keys = "customer_id", self.members
        elif self.responsible is not None:
            column, keys = "responsible_id", tuple(sorted(self.responsible))
        return Walk(self.sort, statuses, column, keys, self.now if self.overdue else None)

    def has(self, task: Task) -> bool:
        """Whether a task that was met is wanted."""
        return (
            task.priority in self.priorities
            and (self.responsible is None or task.responsible_id in self.responsible)
            and (self.overdue is None or task.is_overdue(self.now) == self.overdue)
        )


def page(look: Look, wanted: Wanted, *, limit: int, cursor: str | None) -> Json:
    """`{"data", "next"}`."""
    after, over = Position.load(cursor, wanted.sort), wanted.walk()
    found: list[Seen] = []
    size, next_position = limit + 1, None
    for _ in range(1 + REFILLS):
        with look.db.reading() as connection:
            met = queries.walk(connection, over, after=after, limit=size)
        found += look.at(task for task in met if wanted.has(task))
        ended = len(met) < size
        next_position = None if ended else Position.of(met[-1], wanted.sort)
        if len(found) > limit or ended:
            break
        after, size = next_position, _larger(size, over)
    if len(found) > limit:
        next_position = Position.of(found[limit - 1].task, wanted.sort)
    data = [seen.message(now=wanted.now) for seen in found[:limit]]
    return {"data": data, "next": next_position and next_position.dump(wanted.sort)}


def _larger(size: int, over: Walk) -> int:
    """More at once where much is hidden, but not of each of a large team's members."""
    return max(size, min(_GROWTH * size, _MOST, _MOST_READ // max(1, over.strands)))
