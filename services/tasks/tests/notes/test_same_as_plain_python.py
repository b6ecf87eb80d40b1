"""Who reads which note, after random days: the service against a plain reading of the rule."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from servicekit.database import Transactions
from servicekit.errors import Invalid, NotFound
from servicekit.testing.databases import empty
from services.tasks.tables import metadata
from services.tasks.tests.company import Company
from services.tasks.tests.world import World

Json = dict[str, Any]
TEAMS = ("Sales", "Care", "Tech")
PEOPLE = ("maria", "paulo", "eva", "root")
CUSTOMERS = 4

a_team = st.sampled_from(TEAMS)
some_teams = st.sets(a_team).map(sorted)
a_person = st.sampled_from(PEOPLE)
a_customer = st.integers(0, CUSTOMERS - 1)
a_step = st.one_of(
    st.tuples(st.just("write"), a_person, a_customer, st.none() | a_team),
    st.tuples(st.just("write"), a_person, a_customer, st.none() | a_team),
    st.tuples(st.just("join"), st.sampled_from(PEOPLE[:3]), some_teams),
    st.tuples(st.just("hand_over"), a_customer, some_teams),
    st.tuples(st.just("merge"), a_customer, a_customer),
    st.tuples(st.just("unmerge"), a_customer),
    st.tuples(st.just("delete"), a_customer),
    st.tuples(st.just("restore"), a_customer),
    st.tuples(st.just("forget"), st.integers(0, 9)),
    st.tuples(st.just("move"), a_team, st.none() | a_team),
)


@dataclass
class Written:
    id: str
    customer: str  # as of the moment when it was written
    team: str | None
    author: str
    deleted: bool = False


@dataclass
class Day:
    """The world, and the notes as plain Python remembers them."""

    world: World
    customers: list[str] = field(default_factory=list)
    scopes: dict[str, Json] = field(default_factory=dict)
    notes: list[Written] = field(default_factory=list)

    def begin(self) -> Day:
        self.scopes = {name: self.world.agent(name, *TEAMS[n : n + 1]) for n, name in enumerate(PEOPLE[:3])}
        self.scopes["root"] = self.world.admin
        self.customers = [self.world.customer(TEAMS[n % 3]) for n in range(CUSTOMERS)]
        return self

    def write(self, person: str, customer: int, team: str | None) -> None:
        """Into the team that the rule names, or not at all."""
        scope, about = self.scopes[person], self.customers[customer]
        given = {} if team is None else {"team": self.world.team(team)}
        sees, expected = self.world.company.sees(scope, about), self._team_of(scope, about, team)
        outcome = self._create(scope, about, given)
        if isinstance(outcome, str):
            assert outcome == (expected if sees else "customer_not_found")
            return
        assert sees
        assert (outcome["team"], outcome["customer"]) == (expected, self.world.company.root(about))
        self.notes.append(Written(outcome["id"], outcome["customer"], outcome["team"], scope["user_id"]))

    def _create(self, scope: Json, about: str, given: Json) -> Json | str:
        """The note, or the code of the refusal."""
        try:
            return self.world.service.create_note(scope, about, {"body": "x", **given})["note"]
        except NotFound as error:
            return error.code
        except Invalid as error:
            return error.payload["errors"][0]["code"]

    def _team_of(self, scope: Json, about: str, team: str | None) -> str | None:
        """The team of a new note, or the code of what is wrong."""
        admin = scope["role"] == "admin"
        if team is not None:
            team_id = self.world.team(team)
            return team_id if admin or team_id in scope["team_ids"] else "unknown_team"
        company = self.world.company
        shared = company.customers[company.root(about)].teams & set(scope["team_ids"])
        return None if admin else next(iter(shared)) if len(shared) == 1 else "team_required"

    def join(self, person: str, teams: list[str]) -> None:
        self.scopes[person] = self.world.agent(person, *teams)

    def hand_over(self, customer: int, teams: list[str]) -> None:
        company = self.world.company
        root = company.root(self.customers[customer])
        company.customers[root].teams = frozenset(map(self.world.team, teams))

    def merge(self, absorbed: int, into: int) -> None:
        company = self.world.company
        if company.root(self.customers[absorbed]) != company.root(self.customers[into]):
            company.merge(self.customers[absorbed], into=self.customers[into])

    def unmerge(self, customer: int) -> None:
        self.world.company.customers[self.customers[customer]].merged_into = None

    def delete(self, customer: int) -> None:
        self._root(customer).deleted = True

    def restore(self, customer: int) -> None:
        self._root(customer).deleted = False

    def _root(self, customer: int) -> Any:
        company = self.world.company
        return company.customers[company.root(self.customers[customer])]

    def forget(self, number: int) -> None:
        """Its author deletes a note, if they still read it."""
        for note in self.notes[number : number + 1]:
            author = next(s for s in self.scopes.values() if s["user_id"] == note.author)
            if self.reads(author, note):
                self.world.service.delete_note(author, note.id)
                note.deleted = True

    def move(self, team: str, to: str | None) -> None:
        if team == to:
            return
        target = None if to is None else self.world.team(to)
        while self.world.service.move_team(self.world.admin, self.world.team(team), target, limit=2)["moved"]:
            pass
        for note in self.notes:
            if note.team == self.world.team(team) and not note.deleted:
                note.team = target

    def reads(self, scope: Json, note: Written) -> bool:
        """The rule."""
        if note.deleted or not self.world.company.sees(scope, note.customer):
            return False
        return scope["role"] == "admin" or note.team in scope["team_ids"]

    def check(self, scope: Json) -> None:
        """Every list, feed and single note that somebody asks for is what the rule says."""
        company, service = self.world.company, self.world.service
        for note in self.notes:
            assert _found(service.get_note, scope, note.id) == self.reads(scope, note)
            assert _found(service.list_note_changes, scope, note.id) == (
                self.reads(scope, note) or (scope["role"] == "admin" and company.sees(scope, note.customer))
            )
        for customer in self.customers:
            if not company.sees(scope, customer):
                assert not _found(service.list_notes, scope, customer)
                assert not _found(service.list_note_feed, scope, customer)
            elif company.root(customer) != customer:
                assert service.list_notes(scope, customer) == {"moved_to": company.root(customer)}
            else:
                self._check_lists(scope, customer)

    def _check_lists(self, scope: Json, customer: str) -> None:
        about = [note for note in self.notes if self.world.company.root(note.customer) == customer]
        expected = [note.id for note in reversed(about) if self.reads(scope, note)]
        feed = self.world.service.list_note_feed(scope, customer)
        assert [note["id"] for note in feed["data"]] == expected
        listed, cursor = [], None
        while not listed or cursor:
            page = self.world.service.list_notes(scope, customer, limit=3, cursor=cursor)
            listed += [note["id"] for note in page["data"]] or [""]
            cursor = page["next"]
        assert listed == (expected or [""])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(a_step, min_size=5, max_size=30))
def test_everybody_reads_exactly_what_the_rule_says(
    database: Transactions, company: Company, steps: list[tuple[Any, ...]]
) -> None:
    empty(database, metadata.tables)
    company.forget()
    day = Day(World(database, company)).begin()
    for name, *arguments in steps:
        getattr(day, name)(*arguments)
    for scope in day.scopes.values():
        day.check(scope)
    assert day.world.counted_notes() == day.world.recounted_notes()


def _found(call: Any, *args: Any) -> bool:
    try:
        call(*args)
    except NotFound:
        return False
    return True
