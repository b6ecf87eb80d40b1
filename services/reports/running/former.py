"""What the old labels of a file mean today."""

from __future__ import annotations

from typing import Final

from servicekit.database import Transactions
from servicekit.text import folded
from services.reports.following.repository import former_labels
from services.reports.running.questions import Customers, Question
from services.reports.templates.domain.renaming import TAGS

# Of more renamed tags than these only the first are looked at: each is a question to customers.
_MOST_TAGS: Final = 20
_PAGE: Final = 200
_DEADLINE: Final = 5.0


def former_of(question: Question, database: Transactions, customers: Customers) -> dict[str, dict[str, str]]:
    """By field and folded old label the one of today. What something is called so today means that.

    Calls others: never within a transaction.
    """
    today = {
        part.field: [option.label for option in question.fields[part.field].options]
        for part in question.configuration.parts
    }
    with database.reading() as connection:
        found = former_labels(connection, today)
    if TAGS in found:
        names = sorted(found[TAGS])[:_MOST_TAGS]
        found[TAGS] = {name: found[TAGS][name] for name in names if not _is_a_tag(name, question, customers)}
    return found


def _is_a_tag(name: str, question: Question, customers: Customers) -> bool:
    """Whether the caller knows a tag that is called so: options come with the fields, tags do not."""
    page = customers("list_tags", question.scope.dump(), limit=_PAGE, q=name, deadline=_DEADLINE)
    return any(folded(tag["name"]) == name for tag in page["data"])
