"""What the database answers to a filter is what the filter means, for every row and every caller."""

from __future__ import annotations

from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from servicekit.errors import Invalid
from servicekit.scope import Scope
from services.customers.filters.context import asker
from services.customers.filters.reading import read_filter
from services.customers.filters.sql import to_condition
from services.customers.tests.filters.plain import holds
from services.customers.tests.filters.trees import leaves, trees
from services.customers.tests.filters.village import NOW, ZONES, Village
from services.customers.tests.world import World
from services.customers.visibility import visibility_parameters, visible, visible_deleted

Json = dict[str, Any]
INHABITANTS = 50
_OFTEN = settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(params=[1, 2])
def village(world: World, request: pytest.FixtureRequest) -> Village:
    return Village(world, Random(request.param)).found(INHABITANTS)


def found_by(village: Village, scope: Json, raw: Json, zone: str, *, deleted: bool = False) -> set[UUID]:
    with village.world.db.reading() as connection:
        who = asker(connection, Scope.load(scope), time_zone=zone, now=NOW)
        node = read_filter(connection, raw, asker=who)
    condition = to_condition(node, asker=who, live=not deleted)
    seen = visible_deleted(who.scope) if deleted else visible(who.scope)
    parameters = {**condition.parameters, **visibility_parameters(who.scope)}
    return village.ids(f"SELECT c.id FROM customer c WHERE {seen} AND {condition.sql}", **parameters)


def meant_by(village: Village, scope: Json, raw: Json, zone: str, *, deleted: bool = False) -> set[UUID]:
    return {
        person.id
        for person in village.people
        if person.deleted == deleted
        and (scope["role"] == "admin" or person.teams & set(scope["team_ids"]))
        and holds(raw, person, village, ZoneInfo(zone), scope["user_id"])
    }


def test_the_database_finds_whom_the_filter_means(village: Village) -> None:
    teams = {"admin": list(village.world.teams.values()), "agent": village.agent["team_ids"]}
    filters = {role: trees(village, known) for role, known in teams.items()}

    @_OFTEN
    @given(
        data=st.data(),
        role=st.sampled_from(("admin", "agent")),
        zone=st.sampled_from(ZONES),
        deleted=st.booleans(),
    )
    def check(data: st.DataObject, role: str, zone: str, deleted: bool) -> None:
        scope = village.world.admin if role == "admin" else village.agent
        deleted = deleted and role == "admin"
        raw = data.draw(filters[role])
        found = read_or_reject(lambda: found_by(village, scope, raw, zone, deleted=deleted))
        assert found == meant_by(village, scope, raw, zone, deleted=deleted)

    check()


def test_a_negation_is_everybody_else(village: Village) -> None:
    """Also whoever has nothing there."""
    everybody = found_by(village, village.agent, {"field": "name", "op": "is_set"}, "UTC")
    assert len(everybody) > INHABITANTS / 3

    @_OFTEN
    @given(leaf=leaves(village, village.agent["team_ids"]))
    def check(leaf: Json) -> None:
        found = read_or_reject(lambda: found_by(village, village.agent, leaf, "UTC"))
        others = found_by(village, village.agent, {"not": leaf}, "UTC")
        assert (found | others, found & others) == (everybody, set())

    check()


def read_or_reject(work: Any) -> Any:
    """Two ends of a stretch in the wrong order are refused, which is told in test_reading.py."""
    try:
        return work()
    except Invalid as error:
        assume(not all("first value" in each["detail"] for each in error.payload["errors"]))
        raise
