"""Whatever is merged and undone, in whatever order: with all merges undone, everybody is as before."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from services.customers.fields.domain.definitions import Definitions
from services.customers.merging.domain.choosing import Candidate, Chosen, choose
from services.customers.merging.domain.joining import join
from services.customers.merging.domain.parting import ancestors_of, part, tree_of
from services.customers.merging.domain.record import Record, values_of
from services.customers.registry.domain.united import Reached

PEOPLE = 5
DEFINITIONS = Definitions()
_THEN = datetime(2026, 1, 1, tzinfo=UTC)
_FEW = st.frozensets(st.integers(0, 3), max_size=3)

people = st.tuples(
    st.sampled_from(("auto", "event", "manual")),
    st.sampled_from(("active", "inactive")),
    st.booleans(),
    _FEW,
    _FEW,
)
# Who takes in whom, whose value of which field is taken; or which of the merges is undone.
merges = st.tuples(
    st.integers(0, PEOPLE - 1),
    st.lists(st.integers(0, PEOPLE - 1), min_size=1, max_size=2),
    st.dictionaries(st.sampled_from(("name", "status", "assignee")), st.integers(0, 2), max_size=2),
)
steps = st.lists(merges | st.integers(0, 5), max_size=10)


class Town:
    """People by their records, merged and taken apart by the rules alone."""

    def __init__(self, told: list[tuple]) -> None:
        self.records = {UUID(int=n + 1): _record(UUID(int=n + 1), *each) for n, each in enumerate(told)}
        self.live: list[tuple[UUID, UUID, list[UUID]]] = []  # merge, primary, absorbed
        self.merges = 0

    def merge(self, primary: int, others: list[int], chosen: dict[str, int]) -> None:
        ids = list(dict.fromkeys(self._root(n) for n in (primary, *others)))
        if len(ids) == 1:
            return
        self.merges += 1
        merge = UUID(int=1_000 + self.merges)
        candidates = [_candidate(self.records[id_]) for id_ in ids]
        choices = choose(candidates, {})
        for field, n in chosen.items():
            choices[field] = Chosen(field, candidates[n % len(ids)])
        moved = {id_ for root in ids[1:] for id_ in tree_of(self.records, root)}
        reached = Reached(ids[0], {})
        survivor = join(candidates, choices, merge=str(merge), definitions=DEFINITIONS, reached=reached)
        self.records |= {id_: replace(self.records[id_], root_id=ids[0]) for id_ in moved}
        self.records |= {
            id_: replace(self.records[id_], merged_into=ids[0], merged_by=merge) for id_ in ids[1:]
        }
        self.records[ids[0]] = survivor
        self.live.append((merge, ids[0], ids[1:]))

    def undo(self, n: int) -> None:
        if not self.live:
            return
        merge, primary, absorbed = self.live.pop(n % len(self.live))
        root = self.records[primary].root_id
        whole = {id_: each for id_, each in self.records.items() if each.root_id == root}
        parted = part(whole, merge=merge, primary=primary, absorbed=absorbed, definitions=DEFINITIONS)
        assert parted.kept == []
        self.records |= parted.records

    def _root(self, n: int) -> UUID:
        return self.records[UUID(int=n + 1)].root_id


def _record(id_: UUID, source, status, assigned, teams, tags) -> Record:
    """Everybody has a name and an assignee (if any) of their own."""
    return Record(
        id=id_,
        root_id=id_,
        merged_into=None,
        merged_by=None,
        name=f"name {id_.int}",
        name_source=source,
        status=status,
        channel="manual",
        assignee=f"user {id_.int}" if assigned else None,
        version=1,
        revision=1,
        updated_at=_THEN,
        teams=frozenset(f"t{n}" for n in teams),
        tags=tags,
    )


def _candidate(record: Record) -> Candidate:
    return Candidate(record, values_of(record, DEFINITIONS), {})


def _check(town: Town, start: dict[UUID, Record]) -> None:
    """No cycle; a customer has the teams and tags of all its records, and of nobody else."""
    for id_, record in town.records.items():
        assert ancestors_of(town.records, id_)[-1] == record.root_id
        if record.root_id == id_:
            members = tree_of(town.records, id_)
            assert record.teams == frozenset().union(*(start[m].teams for m in members))
            assert record.tags == frozenset().union(*(start[m].tags for m in members))
            assert record.name in {start[m].name for m in members}
            assert record.assignee in {None, *(start[m].assignee for m in members)}


@settings(max_examples=100, deadline=None)
@given(st.lists(people, min_size=PEOPLE, max_size=PEOPLE), steps, st.randoms(use_true_random=False))
def test_with_all_merges_undone_everybody_is_as_before(told, steps, random):
    town = Town(told)
    start = dict(town.records)
    for step in steps:
        town.undo(step) if isinstance(step, int) else town.merge(*step)
        _check(town, start)
    while town.live:
        town.undo(random.randrange(len(town.live)))
        _check(town, start)
    assert town.records == start
