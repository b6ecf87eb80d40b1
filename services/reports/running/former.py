"""What the old labels of a file mean today."""

from __future__ import annotations

from servicekit.database import Transactions
from services.reports.following.meaning import former_of_fields
from services.reports.running.questions import Customers, Question
from services.reports.tags import Tags


def former_of(question: Question, database: Transactions, customers: Customers) -> dict[str, dict[str, str]]:
    """By field and folded old label the one of today, as far as the caller sees what is called so.

    Calls others: never within a transaction.
    """
    named = {part.field for part in question.configuration.parts}
    return former_of_fields(database, named, question.fields, Tags(customers, question.scope))
