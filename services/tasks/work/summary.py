"""What is to be done about one customer, for its profile."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from services.tasks.customers import VisibleCustomer
from services.tasks.work import queries
from services.tasks.work.domain.task import UNFINISHED
from services.tasks.work.messages import task_message
from services.tasks.work.position import DUE
from services.tasks.work.queries import Walk

Json = dict[str, Any]
MOST: Final = 10


def open_tasks(connection: Connection, customer: VisibleCustomer, *, now: datetime) -> list[Json]:
    """The first few by due date. Whoever sees the customer sees them all fully."""
    over = Walk(DUE, UNFINISHED, "customer_id", customer.members)
    tasks = queries.walk(connection, over, after=None, limit=MOST)
    return [task_message(task, customer=customer.id, limited=False, now=now) for task in tasks]


def count_open_tasks(connection: Connection, customer: VisibleCustomer) -> int:
    return queries.count_unfinished(connection, customer.members)
