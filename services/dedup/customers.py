"""What the customers service says that customers are alike by. The one place that asks it for that.

Never inside of a transaction.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol
from uuid import UUID

from services.dedup.domain.facts import Facts, facts_of
from services.dedup.domain.keys import clue_keys, name_keys

AT_ONCE: Final = 500  # what `describe_for_matching` answers
_DEADLINE: Final = 10.0
_YIELD_EVERY: Final = 50


class Ask(Protocol):
    """A method of the customers service, called by a service or by a worker."""

    def __call__(self, method: str, *args: Any, **asked: Any) -> Any: ...


@dataclass(frozen=True, slots=True)
class Description:
    """A live customer as of a revision, with all records that it is made of."""

    id: UUID
    revision: int
    members: tuple[UUID, ...]
    facts: Facts
    keys: tuple[int, ...]  # under which it is met
    identities: frozenset[tuple[str, str]]  # all of them; facts have the first

    @classmethod
    def load(cls, message: Mapping[str, Any]) -> Description:
        facts = facts_of(message)
        return cls(
            UUID(message["id"]),
            message["revision"],
            tuple(sorted(map(UUID, message["members"]))),
            facts,
            (*name_keys(facts.name), *clue_keys(facts)),
            frozenset((point["space"], point["identity"]) for point in message["points"]),
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """`gone`: of the asked ids those that are part of no live customer."""

    customers: list[Description]
    gone: frozenset[UUID]


def describe(ask: Ask, ids: Collection[UUID]) -> Answer:
    """Of each id, which may be an absorbed one, the customer that it belongs to."""
    customers: list[Description] = []
    gone: set[UUID] = set()
    for some in _chunks(sorted(ids)):
        answer = ask("describe_for_matching", list(map(str, some)), deadline=_DEADLINE)
        customers += _load(answer["customers"])
        gone.update(map(UUID, answer["gone"]))
    return Answer(customers, frozenset(gone))


def describe_page(ask: Ask, after: str | None, *, limit: int) -> tuple[list[Description], str | None]:
    """The live customers with the next ids, and what to ask for then; None after the last."""
    answer = ask("pages_for_matching", after, limit, deadline=_DEADLINE)
    return _load(answer["customers"]), answer["next"]


def _load(messages: Iterable[Mapping[str, Any]]) -> list[Description]:
    """Reading a name and its keys takes part of a millisecond: others want their turn, in a service."""
    loaded = []
    for message in messages:
        loaded.append(Description.load(message))
        if len(loaded) % _YIELD_EVERY == 0:
            time.sleep(0)
    return loaded


def _chunks(ids: list[UUID]) -> Iterator[list[UUID]]:
    for start in range(0, len(ids), AT_ONCE):
        yield ids[start : start + AT_ONCE]
