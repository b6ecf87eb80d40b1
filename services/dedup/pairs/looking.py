"""What somebody sees of customers and pairs. Who may see whom is asked of the customers service, always anew.

Never inside of a unit of work, nor with a connection at hand.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from servicekit.errors import NotFound
from servicekit.inputs import find_id
from servicekit.scope import Scope
from services.dedup.customers import Ask
from services.dedup.pairs.domain.clusters import clusters_of
from services.dedup.pairs.messages import pair_message
from services.dedup.pairs.queries import Pair

Json = dict[str, Any]
_VISIBLE_AT_ONCE: Final = 1_000
_SHOWN_AT_ONCE: Final = 200


@dataclass
class Look:
    """One caller's look, for one call: what was asked once is not asked again."""

    ask: Ask
    scope: Scope
    _seen: dict[UUID, bool] = field(default_factory=dict)
    _shown: dict[UUID, Json] = field(default_factory=dict)

    def sees(self, pair: Pair) -> bool:
        """Both customers. `look_at` comes first."""
        return not self.is_masked and all(self._seen[end] for end in pair.ends)

    def at_customer(self, customer_id: object) -> UUID:
        """The customer that this id belongs to. NotFound alike for one that never was and a hidden one."""
        asked = find_id(customer_id)
        answer = self.ask("visible", self.scope.dump(), [str(asked)]) if asked else {}
        if str(asked) not in answer:
            raise NotFound("customer_not_found")
        return UUID(answer[str(asked)]["id"])

    def is_seen(self, customer: UUID) -> bool:
        """`look_at` comes first."""
        return self._seen[customer]

    def look_at(self, ids: Iterable[UUID]) -> None:
        """One that was absorbed meanwhile is nobody: the pair of it is about to go."""
        new = sorted(set(ids) - self._seen.keys())
        for some in _chunks(new, _VISIBLE_AT_ONCE):
            answer = self.ask("visible", self.scope.dump(), list(map(str, some)))
            self._seen |= {each: answer.get(str(each), {}).get("id") == str(each) for each in some}

    def show(self, ids: Iterable[UUID]) -> None:
        """Gets the messages of these, which `message` then has."""
        for some in _chunks(sorted(set(ids) - self._shown.keys()), _SHOWN_AT_ONCE):
            answer = self.ask("show_customers", self.scope.dump(), list(map(str, some)))
            self._shown |= {UUID(asked): message for asked, message in answer.items()}

    def message(self, customer: UUID) -> Json | None:
        """None for somebody whom the caller does not see by now."""
        found = self._shown.get(customer)
        return found if found is not None and found["id"] == str(customer) else None

    @cached_property
    def is_masked(self) -> bool:
        """Whether the caller gets no contact data. They are told of no pair at all.

        A name alone makes no pair: each one tells that the two have an address in common, or one like it.
        """
        if self.scope.is_admin:
            return False
        return bool(self.ask("get_settings", self.scope.dump())["hide_contact_data"])

    def clusters(self, pairs: Iterable[Pair]) -> dict[UUID, UUID]:
        """By each of these pairs that the caller may be told of the cluster, made of such pairs alone.

        So that no pair tells, by the company it is in, of somebody whom the caller may not see.
        """
        return clusters_of(pair.edge for pair in pairs if self.sees(pair))

    def pair_message(self, pair: Pair, *, cluster: UUID, decision: str | None = None) -> Json | None:
        """After `show`. None if the caller does not see both by now."""
        shown = [self.message(end) for end in pair.ends]
        customers = [message for message in shown if message is not None]
        if len(customers) < len(shown):
            return None
        return pair_message(pair, customers, cluster=cluster, decision=decision)


def _chunks(ids: list[UUID], size: int) -> Iterable[list[UUID]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]
