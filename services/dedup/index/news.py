"""What was asked of the customers service, with when: the later question has the newer answer.

Two replicas ask about one customer, and the one that asked first may be the last to write. A revision says
which answer is newer as long as there is a customer; of one that was deleted or absorbed meanwhile nothing is
left to compare with. So each question has a number, taken before it is asked. Whatever an event tells was
committed before the event was there, so that the answer to a later question knows of it too: an earlier
answer about the same record is dropped, whoever it makes a part of whom.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text

from servicekit.database import Transactions
from services.dedup.customers import Ask, Description, describe, describe_page

_NEXT = text("SELECT nextval('question')")


@dataclass(frozen=True, slots=True)
class News:
    """The answer to one question."""

    asked: int
    customers: Sequence[Description]
    gone: frozenset[UUID]


def ask_about(db: Transactions, ask: Ask, ids: Collection[UUID]) -> News:
    """Outside of any transaction."""
    if not ids:
        return News(0, [], frozenset())
    number = _number(db)
    answer = describe(ask, ids)
    return News(number, answer.customers, answer.gone)


def ask_for_page(db: Transactions, ask: Ask, after: str | None, *, limit: int) -> tuple[News, str | None]:
    """The next customers, and after whom to go on; None at the end."""
    number = _number(db)
    customers, following = describe_page(ask, after, limit=limit)
    return News(number, customers, frozenset()), following


def _number(db: Transactions) -> int:
    with db.reading() as connection:
        return int(connection.execute(_NEXT).scalar_one())
