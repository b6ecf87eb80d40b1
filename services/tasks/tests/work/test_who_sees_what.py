"""What each list and each single look shows, against a plain reading of the rules, for random companies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from servicekit.errors import NotFound
from services.tasks.tests.work.office import add, every, forget_tasks
from services.tasks.tests.world import World

Json = dict[str, Any]
TEAMS = ("Vendas", "Suporte", "Norte")
PEOPLE = ("ana", "bia", "caio", "root")
teams = st.frozensets(st.sampled_from(TEAMS), max_size=2)


@dataclass(frozen=True)
class Planned:
    """A task to be: who writes it, who has to do it, about which customer, if any."""

    author: str
    responsible: str
    customer: int | None


@dataclass(frozen=True)
class Company:
    """Everybody's teams when the tasks are written, when they are read, and the customers' teams."""

    before: dict[str, frozenset[str]]
    after: dict[str, frozenset[str]]
    customers: list[frozenset[str]]
    merged: bool
    tasks: list[Planned]


@st.composite
def companies(draw: st.DrawFn) -> Company:
    agents = st.fixed_dictionaries(dict.fromkeys(PEOPLE[:3], teams))
    customers = draw(st.lists(teams, min_size=2, max_size=3))
    about = st.none() | st.integers(0, len(customers) - 1)
    planned = st.builds(Planned, st.sampled_from(PEOPLE), st.sampled_from(PEOPLE), about)
    tasks = draw(st.lists(planned, max_size=8))
    return Company(draw(agents), draw(agents), customers, draw(st.booleans()), tasks)


def scopes(world: World, of_teams: dict[str, frozenset[str]]) -> dict[str, Json]:
    return {**{name: world.agent(name, *sorted(of_teams[name])) for name in PEOPLE[:3]}, "root": world.admin}


def write(world: World, company: Company) -> list[tuple[Planned, Json, str | None]]:
    """With everybody in all teams, so that all of it can be written."""
    present = scopes(world, dict.fromkeys(PEOPLE[:3], frozenset(TEAMS)))
    customers = [world.customer(*TEAMS) for _ in company.customers]
    written = []
    for number, planned in enumerate(company.tasks):
        customer = None if planned.customer is None else customers[planned.customer]
        about = {"customer": customer, "responsible": present[planned.responsible]["user_id"]}
        written.append((planned, add(world, present[planned.author], f"No. {number}", **about), customer))
    for customer, kept in zip(customers, company.customers, strict=True):
        world.company.customers[customer].teams = frozenset(map(world.team, kept))
    if company.merged:
        world.company.merge(customers[0], into=customers[1])
    return written


def expected(world: World, name: str, scope: Json, task: Planned, customer: str | None) -> str:
    """The rule as the product states it."""
    if customer is not None:
        if world.company.sees(scope, customer):
            return "full"
        return "limited" if task.responsible == name else "none"
    shares_a_team = world.users[task.author].team_ids & set(scope["team_ids"])
    return "full" if name == "root" or name in (task.author, task.responsible) or shares_a_team else "none"


def shown(world: World, scope: Json, task_id: str) -> str:
    try:
        return "limited" if world.service.get_task(scope, task_id).get("limited") else "full"
    except NotFound:
        return "none"


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(company=companies())
def test_everybody_sees_what_the_rules_say(world: World, company: Company):
    forget_tasks(world)
    world.company.forget()
    written = write(world, company)
    for name, scope in scopes(world, company.after).items():
        rule = {made["id"]: expected(world, name, scope, task, about) for task, made, about in written}
        visible = [task_id for task_id, sight in rule.items() if sight != "none"]
        assert {task_id: shown(world, scope, task_id) for task_id in rule} == rule
        assert world.service.visible_tasks(scope, list(rule)) == visible
        listed = every(world, scope, limit=3, sort="-created_at")
        assert [task["id"] for task in listed] == visible[::-1]
        assert all(task.get("limited", False) == (rule[task["id"]] == "limited") for task in listed)
        mine = {made["id"] for task, made, _ in written if task.responsible == name}
        assert {task["id"] for task in every(world, scope, view="mine")} == mine & set(visible)
        near = {other for other in PEOPLE if world.users[other].team_ids & set(scope["team_ids"])}
        teams = {made["id"] for task, made, _ in written if task.responsible in near}
        assert {task["id"] for task in every(world, scope, view="team")} == teams & set(visible)
