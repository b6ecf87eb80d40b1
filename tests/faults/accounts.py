"""Comparing what was acknowledged with what is there."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress

from tests.support.api import Api
from tests.support.campaign import Verdict
from tests.support.traffic import Book
from tests.support.waiting import eventually


def settle(agent: Api, book: Book, verdict: Verdict, *, within: float = 60.0) -> Verdict:
    """Waits until everything that was acknowledged is there, then counts what is missing and what is twice.

    Every create and every event makes one customer with a name of its own, and each event one message.
    """
    expected = {*book.created, *book.messages}

    def there() -> Counter[str]:
        return Counter(customer["name"] for customer in agent.every("/v1/customers", limit=200))

    with suppress(AssertionError):  # the verdict below says how much is missing
        eventually(lambda: expected <= there().keys(), within=within, every=0.5)
    found = there()
    verdict.n += len(expected)
    verdict.lost += len(expected - found.keys())
    verdict.duplicated += sum(count - 1 for count in found.values())
    for customer in agent.every("/v1/customers", limit=200):
        if customer["name"] in book.messages[:50]:
            messages = agent.every(f"/v1/customers/{customer['id']}/history", kind="message")
            verdict.duplicated += max(0, len(messages) - 1)
            verdict.lost += not messages
    return verdict
