"""What the events of the services say that somebody may want to hear: ids, and who may be told. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

CREATED: Final = "customer.created"
UPDATED: Final = "customer.updated"
MERGED: Final = "customer.merged"
UNMERGED: Final = "customer.unmerged"
HISTORY: Final = "history.added"
TASK_CREATED: Final = "task.created"
TASK_COMPLETED: Final = "task.completed"
TASK_DUE: Final = "task.due"
TYPES: Final = (CREATED, UPDATED, MERGED, UNMERGED, HISTORY, TASK_CREATED, TASK_COMPLETED, TASK_DUE)

NO_TEAM: Final = ""  # nobody is in it: administrators only
# Deleted and purged customers are nobody's to see, so there is nobody to tell.
_OF_KIND: Final = {"created": CREATED, "updated": UPDATED, "restored": UPDATED}

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class News:
    """One thing that happened, as yet to nobody in particular.

    About a customer (`task` is None): told to who sees the customer and, if there is a `team`, is in that
    team too. About a task: told to who sees the task.
    """

    type: str
    customer: str | None
    version: int | None = None
    team: str | None = None
    task: str | None = None
    responsible: str | None = None

    @property
    def asked(self) -> int:
        """How many ids the services are asked for because of it."""
        return (self.customer is not None) + (self.task is not None)


def news_of(event: Json) -> list[News]:
    """What there is to tell about an event: nothing for an unknown type. ValueError for a broken one."""
    reader = _READERS.get(str(event.get("type")))
    if reader is None:
        return []
    try:
        news = list(reader(event))
    except (KeyError, TypeError, AttributeError):
        raise ValueError("without what its type promises") from None
    if not all(isinstance(each.customer, str | None) and isinstance(each.task, str | None) for each in news):
        raise ValueError("ids that are none")
    return news


def _customers_changed(event: Json) -> Iterator[News]:
    for entry in event["data"]["customers"]:
        if type_ := _OF_KIND.get(entry["kind"]):
            yield News(type_, entry["id"], version=entry.get("version"))


def _merged(event: Json) -> Iterator[News]:
    """The records that were absorbed lead to the survivor as well, wherever that is by now."""
    yield News(MERGED, event["subject"])


def _unmerged(event: Json) -> Iterator[News]:
    for customer in dict.fromkeys([event["subject"], *event["data"].get("restored", ())]):
        yield News(UNMERGED, customer)


def _interactions_added(event: Json) -> Iterator[News]:
    for item in event["data"].get("items", ()):
        yield News(HISTORY, item["customer"], team=item["team"])


def _note_created(event: Json) -> Iterator[News]:
    yield News(HISTORY, event["data"]["customer"], team=event["data"]["team"] or NO_TEAM)


def _task(type_: str) -> Callable[[Json], Iterator[News]]:
    def read(event: Json) -> Iterator[News]:
        data = event["data"]
        yield News(type_, data["customer"], task=data["task"], responsible=data["responsible"])

    return read


_READERS: Final[Mapping[str, Callable[[Json], Iterator[News]]]] = {
    "customers.changed.v1": _customers_changed,
    "customer.merged.v1": _merged,
    "customer.unmerged.v1": _unmerged,
    "interactions.added.v1": _interactions_added,
    "note.created.v1": _note_created,
    "task.created.v1": _task(TASK_CREATED),
    "task.completed.v1": _task(TASK_COMPLETED),
    "task.due.v1": _task(TASK_DUE),
}
ROUTING_KEYS: Final = tuple(_READERS)
