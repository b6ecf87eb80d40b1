"""Range after range of customers, until all of them are counted."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from servicekit.errors import Invalid
from services.reports.configuring.domain.model import Configuration, Grouping
from services.reports.running.gathering import Gathering
from services.reports.running.questions import Customers, Question, aggregated

Json = dict[str, Any]
STEP_SECONDS: Final = 0.6
_SMALLEST: Final = 500


def count(
    question: Question,
    customers: Customers,
    gathered: Gathering,
    *,
    upto: str,
    is_over: Callable[[], bool],
) -> None:
    """Ranges for a while: one at least, and no other when it `is_over`. Raises TooManyGroups."""
    until = time.monotonic() + STEP_SECONDS
    if gathered.total is None and gathered.as_of is None:
        gathered.total = _total(question, customers)
    while True:
        gathered.add(_range(question, customers, gathered, upto))
        if gathered.is_whole or time.monotonic() >= until or is_over():
            return


def _range(question: Question, customers: Customers, gathered: Gathering, upto: str) -> Json:
    """A smaller one, where one has too many groups to be sent at once."""
    while True:
        try:
            return aggregated(
                question,
                customers,
                after=gathered.next,
                upto=upto,
                size=gathered.size,
                as_of=gathered.as_of,
                selection=gathered.selection,
                frozen=gathered.selection is not None,
            )
        except Invalid as error:
            if gathered.size <= _SMALLEST or not _is_too_much(error):
                raise
            gathered.size //= 4


def _is_too_much(error: Invalid) -> bool:
    codes = {each["code"] for each in error.payload.get("errors", ())}
    return not codes.isdisjoint({"too_many_groups", "query_too_expensive"})


def _total(question: Question, customers: Customers) -> int | None:
    """How many customers it is about, if that can be told quickly: for the progress alone."""
    counted = replace(question, configuration=Configuration(groupings=(Grouping(field="status"),)))
    try:
        return int(sum(aggregated(counted, customers)["frame"]["weights"]))
    except Invalid:
        return None
