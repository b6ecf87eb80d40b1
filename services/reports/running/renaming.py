"""Whether something was renamed while a run counted.

Ranges say what options, tags, teams and people were called at their time. What is called otherwise by the
end would be two values in one table.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from directory.model import Directory
from services.reports.running.domain.merging import Merging
from services.reports.running.questions import Customers, Question

Json = dict[str, Any]
Labels = dict[str, dict[str, str]]
_PAGE: Final = 200
_MOST_PAGES: Final = 50
_DEADLINE: Final = 10.0


def labels_of(question: Question, customers: Customers, gateway: Customers) -> Labels:
    """By field and id what the values are called at this moment. Calls others: never within a transaction."""
    known = [question.fields[part.field] for part in question.configuration.parts]
    labels = {each.field: {option.id: option.label for option in each.options} for each in known}
    types = {each.field: each.type for each in known}
    if "tags" in types.values():
        labels |= {field: _tags(question, customers) for field, type in types.items() if type == "tags"}
    if not {"user", "teams"}.isdisjoint(types.values()):
        directory = Directory.load(gateway("directory", deadline=_DEADLINE))
        named = {"user": directory.unmistakable_users, "teams": directory.unmistakable_teams}
        labels |= {field: dict(named[type]) for field, type in types.items() if type in named}
    return {field: each for field, each in labels.items() if each}


def is_renamed(before: Labels, now: Labels, merging: Merging) -> bool:
    """Whether something that was counted is called otherwise by now, or is not there any more."""
    for field, labels in before.items():
        today, met = now.get(field, {}), merging.values_of(field)
        if any(label in met and today.get(id) != label for id, label in labels.items()):
            return True
    return False


def _tags(question: Question, customers: Customers) -> dict[str, str]:
    return {tag["id"]: tag["name"] for tag in _listed(question, customers)}


def _listed(question: Question, customers: Customers) -> Iterator[Json]:
    """As many as can be told in a moment."""
    cursor: str | None = None
    for _ in range(_MOST_PAGES):
        page = customers(
            "list_tags", question.scope.dump(), limit=_PAGE, cursor=cursor, q=None, deadline=_DEADLINE
        )
        yield from page["data"]
        cursor = page["next"]
        if cursor is None:
            return
