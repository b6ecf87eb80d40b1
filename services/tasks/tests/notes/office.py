"""People who write notes, in as few words as the tests need."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from servicekit.errors import Invalid, NotFound, ServiceError
from services.tasks.tests.world import World

Json = dict[str, Any]


class Office:
    """Calls that a test makes again and again."""

    def __init__(self, world: World) -> None:
        self.world, self.service = world, world.service

    def write(self, who: Json, customer: str, body: str = "Likes tea", **data: Any) -> Json:
        return self.service.create_note(who, customer, {"body": body, **data})["note"]

    def edit(self, who: Json, note: Json, **patch: Any) -> Json:
        return self.service.update_note(who, note["id"], patch)["note"]

    def bodies(self, who: Json, customer: str, **asked: Any) -> list[str]:
        """Of the notes that somebody reads, newest first."""
        return [note["body"] for note in self.service.list_notes(who, customer, **asked)["data"]]

    def told(self, who: Json, note: Json) -> list[str]:
        """The kinds of its changes, oldest first."""
        page = self.service.list_note_changes(who, note["id"])
        return [change["kind"] for change in reversed(page["data"])]


def refusal(
    call: Callable[..., Any], *args: Any, **kwargs: Any
) -> tuple[type[ServiceError], tuple[Any, ...]]:
    """What a refused caller is told, as it crosses the bus."""
    with pytest.raises(ServiceError) as refused:
        call(*args, **kwargs)
    return type(refused.value), refused.value.args


def faults(call: Callable[..., Any], *args: Any, **kwargs: Any) -> dict[str, str]:
    """By each pointer the code of what is wrong with an input."""
    with pytest.raises(Invalid) as refused:
        call(*args, **kwargs)
    return {error["pointer"]: error["code"] for error in refused.value.payload["errors"]}


NO_NOTE = (NotFound, ("note_not_found", {}))
NO_CUSTOMER = (NotFound, ("customer_not_found", {}))
