"""On the database, too: whatever is merged and undone in whatever order, with edits and news in between,
nothing goes round in a circle, nothing is lost, and every address stays with whom it came from.

tests/faults plays two thousand such sequences.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from servicekit.errors import Conflict, Invalid, Stale
from servicekit.testing.databases import empty
from services.customers.tables import metadata
from services.customers.tests.history.told import Connector, a_message
from services.customers.tests.merging.doing import lasting, merge, undo
from services.customers.tests.merging.test_racing import check_whole
from services.customers.tests.world import World

SEQUENCES = 12
PEOPLE = 4
anyone = st.integers(0, PEOPLE - 1)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("merge"), anyone, st.lists(anyone, min_size=1, max_size=2), st.booleans()),
        st.tuples(st.just("merge"), anyone, st.lists(anyone, min_size=1, max_size=2), st.booleans()),
        st.tuples(st.just("undo"), st.integers(0, 9)),
        st.tuples(st.just("tag"), anyone),
        st.tuples(st.just("take_off"), anyone),
        st.tuples(st.just("write"), anyone),
    ),
    min_size=2,
    max_size=8,
)


@dataclass
class Person:
    """What is theirs, and by which merge they became part of whom."""

    customer: dict[str, Any]
    tags: set[str]
    addresses: set[str]
    messages: int = 0
    into: int | None = None
    by: dict[str, Any] | None = None
    off: dict[str, list[Any]] = field(default_factory=dict)  # address taken off, while part of these merges


class Town:
    """A few people in the database, and what is to be expected of them."""

    def __init__(self, world: World) -> None:
        empty(world.db, (name for name in metadata.tables if not name.startswith("directory")))
        self.world, self.count, self.live = world, 0, list[tuple[dict[str, Any], int, list[int]]]()
        self.connector = Connector(world.db)
        self.people = [self._person(n) for n in range(PEOPLE)]

    def _person(self, n: int) -> Person:
        address, tags = f"p{n}@x.test", {f"own {n}", "common"}
        customer = self.world.create(
            name=f"Person {n}", email=address, tags=sorted(tags), teams=[self.world.team(f"T{n}")]
        )
        return Person(customer, tags, {address})

    def merge(self, primary: int, others: list[int], choose: bool) -> None:
        people, wanted = self.people, [self.people[n].customer for n in others]
        values = {"name": {"from": wanted[0]["id"]}} if choose else {}
        act = lambda: merge(self.world, people[primary].customer, *wanted, values=values)  # noqa: E731
        if len({primary, *others}) <= len(others):
            refused(Invalid, act)
        elif any(people[n].into is not None for n in (primary, *others)):
            refused(Stale, act)
        else:
            merged = act()
            self.live.append((merged, primary, others))
            for n in others:
                people[n].into, people[n].by = primary, merged

    def undo(self, n: int) -> None:
        if not self.live:
            return
        merged, _primary, others = self.live.pop(n % len(self.live))
        undone = undo(self.world, merged)
        assert (undone["kept"], undone["not_returned"]) == ([], [])
        for member in (m for other in others for m in self.members(other)):
            person = self.people[member]
            back = [address for address, merges in person.off.items() if merged in merges]
            person.addresses |= set(back)
            person.off = {a: merges for a, merges in person.off.items() if a not in back}
        for other in others:
            self.people[other].into = self.people[other].by = None
        refused(Conflict, lambda: undo(self.world, merged))

    def tag(self, n: int) -> None:
        self.count += 1
        root, tag = self.root(n), f"new {self.count}"
        self.world.update(self.people[root].customer["id"], tags={"add": [tag]})
        self.people[root].tags.add(tag)

    def take_off(self, n: int) -> None:
        person, root = self.people[n], self.root(n)
        for address in person.addresses:
            remove = [{"kind": "email", "value": address}]
            self.world.update(self.people[root].customer["id"], contact_points={"remove": remove})
            person.off[address] = self.merges_of(n)
        person.addresses = set()

    def write(self, n: int) -> None:
        for address in self.people[n].addresses:
            self.count += 1
            who = [{"kind": "email", "value": address}]
            self.connector.send(a_message(conversation=f"c{self.count}", identities=who))
            self.people[n].messages += 1

    def root(self, n: int) -> int:
        into = self.people[n].into
        return n if into is None else self.root(into)

    def members(self, n: int) -> list[int]:
        below = [m for m, person in enumerate(self.people) if person.into == n]
        return [n, *(each for m in below for each in self.members(m))]

    def merges_of(self, n: int) -> list[Any]:
        person = self.people[n]
        return [] if person.into is None else [person.by, *self.merges_of(person.into)]

    def check(self) -> None:
        """Everybody is where they should be, and a survivor shows what all its records have."""
        check_whole(self.world)
        ids = [person.customer["id"] for person in self.people]
        seen = self.world.service.visible(self.world.admin, ids)
        assert {id_: seen[id_]["id"] for id_ in ids} == {ids[n]: ids[self.root(n)] for n in range(PEOPLE)}
        for n in {self.root(n) for n in range(PEOPLE)}:
            customer, whole = self.world.get(ids[n]), [self.people[m] for m in self.members(n)]
            assert set(customer["tags"]) == set().union(*(p.tags for p in whole))
            assert {p["value"] for p in customer["contact_points"]} == set().union(
                *(p.addresses for p in whole)
            )

    def check_at_the_end(self) -> None:
        """Everybody is as at the beginning, but for what was done to them."""
        for person in self.people:
            id_ = person.customer["id"]
            now = lasting(self.world.get(id_))
            told = self.world.service.list_history(self.world.admin, id_, kinds=["conversation"])["data"]
            assert len(told) == person.messages
            done = {"tags", "email", "contact_points", "last_interaction_at"}
            before = lasting(person.customer)
            assert {k: v for k, v in now.items() if k not in done} == {
                k: v for k, v in before.items() if k not in done
            }
            if person.addresses and person.messages == 0:
                assert now["contact_points"] == before["contact_points"]
        holding = self.world.rows("SELECT value, customer_id FROM identity_holder")
        assert {(row.value, str(row.customer_id)) for row in holding} == {
            (address, person.customer["id"]) for person in self.people for address in person.addresses
        }
        assert self.world.rows("SELECT id FROM customer WHERE folded IS NOT NULL") == []


def refused(error: type[Exception], act: Callable[[], Any]) -> None:
    with pytest.raises(error):
        act()


@settings(max_examples=SEQUENCES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps, st.randoms(use_true_random=False))
def test_whatever_is_merged_and_undone_nothing_is_lost(world: World, steps, random):
    play(Town(world), steps, random)


def play(town: Town, steps: list[tuple[Any, ...]], random: Random) -> None:
    """One sequence; at its end all that is merged is undone, in an order of chance."""
    for step, *arguments in steps:
        getattr(town, step)(*arguments)
        town.check()
    while town.live:
        town.undo(random.randrange(len(town.live)))
        town.check()
    town.check_at_the_end()
