"""Which actions there are. All but one are a patch that an edit of one customer could make, too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

Json = dict[str, Any]
CUSTOM: Final = "custom."


@dataclass(frozen=True, slots=True)
class Kind:
    """`patch` makes of the arguments what an edit would be asked; `columns` are those that it may write.

    `pointers` tells, of places in the patch, by which argument the caller said it.
    """

    arguments: tuple[str, ...] = ()
    patch: Callable[[Mapping[str, Any]], Json] | None = None
    pointers: tuple[tuple[str, str], ...] = ()
    columns: tuple[str, ...] = ()
    administrators_only: bool = False


def field_key(arguments: Mapping[str, Any]) -> str:
    """A custom field may be named as filters do, `custom.plan`, or by its key."""
    return str(arguments["field"]).removeprefix(CUSTOM)


DELETE: Final = "delete"
KINDS: Final[Mapping[str, Kind]] = {
    "add_tags": Kind(
        ("tags",), lambda given: {"tags": {"add": given["tags"]}}, (("/tags/add", "/tags"),), ("tag_ids",)
    ),
    "remove_tags": Kind(
        ("tags",),
        lambda given: {"tags": {"remove": given["tags"]}},
        (("/tags/remove", "/tags"),),
        ("tag_ids",),
    ),
    "set_field": Kind(
        ("field", "value"),
        lambda given: {"custom": {field_key(given): given["value"]}},
        (("/custom", "/value"),),
        ("custom", "custom_search", "opt_ids"),
    ),
    "assign_team": Kind(
        ("team",),
        lambda given: {"teams": {"add": [given["team"]]}},
        (("/teams", "/team"),),
        ("team_ids",),
        administrators_only=True,
    ),
    "unassign_team": Kind(
        ("team",),
        lambda given: {"teams": {"remove": [given["team"]]}},
        (("/teams", "/team"),),
        ("team_ids",),
        administrators_only=True,
    ),
    "set_status": Kind(("status",), lambda given: {"status": given["status"]}, (), ("status",)),
    "set_assignee": Kind(("assignee",), lambda given: {"assignee": given["assignee"]}, (), ("assignee_id",)),
    DELETE: Kind(administrators_only=True),
}
MAY_BE_NULL: Final = frozenset({"value", "assignee"})  # which clears it
