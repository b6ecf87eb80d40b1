"""What other services are told of tasks: ids, no text that people wrote."""

from __future__ import annotations

from servicekit.events.cloudevent import Event
from services.tasks.work.domain.task import Task


def task_created_v1(task: Task) -> Event:
    return _told("task.created.v1", task)


def task_completed_v1(task: Task) -> Event:
    return _told("task.completed.v1", task)


def task_due_v1(task: Task) -> Event:
    """Its due date has come: once for each date."""
    return _told("task.due.v1", task)


def _told(kind: str, task: Task) -> Event:
    customer = None if task.customer_id is None else str(task.customer_id)
    data = {"task": str(task.id), "customer": customer, "responsible": str(task.responsible_id)}
    return Event(type=kind, data=data, subject=str(task.id), revision=task.version)
