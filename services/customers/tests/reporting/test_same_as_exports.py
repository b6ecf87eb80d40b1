"""Counted are those whom an export would write, by what it would write of them."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servicekit.errors import Invalid
from servicekit.ids import new_id
from services.customers.reporting import seeing
from services.customers.tests.exporting.test_exporting import exported
from services.customers.tests.reporting.counted import aggregated, counts, seen, told
from services.customers.tests.reporting.counted import rows as rows_of
from services.customers.tests.reporting.people import COUNTABLE, populate
from services.customers.tests.world import World

Json = dict[str, Any]
ZONE = "America/Sao_Paulo"
UNITS = ("day", "week", "month", "quarter", "year")
DATED = ("created_at", "updated_at", "last_interaction_at", "custom.born", "custom.seen")


def plainly(rows: list[Json], fields: tuple[str, ...]) -> dict[Any, int]:
    found = Counter(tuple(_told(row.get(field)) for field in fields) for row in rows)
    return {key[0] if len(fields) == 1 else key: count for key, count in found.items()}


def _told(cell: Any) -> Any:
    return tuple(sorted(cell)) if isinstance(cell, list) else cell


@pytest.fixture
def callers(world: World) -> dict[str, Json]:
    agent = populate(world)
    world.set(agents_may_export=True)
    return {"admin": world.admin, "agent": agent, "stranger": world.agent("bob", "elsewhere")}


fields = st.lists(st.sampled_from(COUNTABLE), min_size=1, max_size=4, unique=True).map(tuple)
filters = st.sampled_from(
    [
        {},
        {"filter": {"field": "custom.plan", "op": "is_set"}},
        {"filter": {"not": {"field": "tags", "op": "any_of", "value": ["vip"]}}},
        {"q": "person 3"},
        {"q": "person", "filter": {"field": "custom.score", "op": "gt", "value": 0}},
    ]
)


def test_whatever_they_are_counted_by(world: World, callers: dict[str, Json]) -> None:
    @settings(max_examples=60, deadline=None)
    @given(fields, filters, st.sampled_from([*callers]))
    def check(fields: tuple[str, ...], selection: Json, who: str) -> None:
        rows = exported(world, callers[who], columns=list(fields), selection=selection)
        found = counts(world, *fields, scope=callers[who], selection=selection)
        if not selection and who != "stranger":
            assert rows  # so that it is not nothing that is compared
        assert found == plainly(rows, fields)

    check()


@pytest.mark.parametrize("field", COUNTABLE)
def test_by_each_field_alone(world: World, callers: dict[str, Json], field: str) -> None:
    for scope in callers.values():
        assert counts(world, field, scope=scope) == plainly(exported(world, scope, columns=[field]), (field,))


@pytest.mark.parametrize("unit", UNITS)
def test_dates_are_those_of_the_days_where_somebody_is(
    world: World, callers: dict[str, Json], unit: str
) -> None:
    rows = exported(world, callers["agent"], columns=list(DATED))
    for field in DATED:
        found = counts(world, (field, unit), scope=callers["agent"], time_zone=ZONE)
        expected = Counter(_first_day(row.get(field), unit) for row in rows)
        assert found == expected, field


def _first_day(cell: str | None, unit: str) -> str | None:
    day = None if cell is None else date.fromisoformat(cell) if len(cell) == 10 else _local(cell)
    return None if day is None else first_day(day, unit)


def first_day(day: date, unit: str) -> str:
    """That of the week, month, quarter or year."""
    match unit:
        case "week":
            day -= timedelta(days=day.weekday())
        case "month":
            day = day.replace(day=1)
        case "quarter":
            day = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        case "year":
            day = day.replace(month=1, day=1)
    return day.isoformat()


def _local(cell: str) -> date | None:
    """None where the day there is in no calendar."""
    try:
        return datetime.fromisoformat(cell).astimezone(ZoneInfo(ZONE)).date()
    except OverflowError:
        return None


def test_numbers_are_added_up_exactly(world: World, callers: dict[str, Json]) -> None:
    rows = exported(world, callers["agent"], columns=["status", "custom.score"])
    frame = aggregated(world, "status", scope=callers["agent"], measure="custom.score")["frame"]
    measure = frame["measure"]
    assert measure["field"] == "custom.score"
    for at, [status] in enumerate(rows_of(frame)):
        numbers = [Decimal(str(r["custom.score"])) for r in rows if r["status"] == status and len(r) == 2]
        assert measure["present"][at] == len(numbers)
        assert Decimal(measure["sums"][at]) == sum(numbers)
        for extreme, of in (("least", min), ("greatest", max)):
            told_number = measure[extreme][at]
            assert (None if told_number is None else Decimal(told_number)) == of(numbers, default=None)
    assert sum(measure["present"]) == sum(len(row) == 2 for row in rows) > 0


@pytest.mark.parametrize("size", [1, 5, 1_000])
def test_ranges_add_up_to_the_whole(world: World, callers: dict[str, Json], size: int) -> None:
    for scope in callers.values():
        found: Counter[Any] = Counter()
        after = None
        while True:
            part = aggregated(world, "tags", "custom.plan", scope=scope, after=after, size=size)
            assert sum(part["frame"]["weights"]) <= size
            found.update(told(part["frame"]))
            after = part["next"]
            if after is None:
                break
        assert found == counts(world, "tags", "custom.plan", scope=scope)


def test_whoever_goes_on_with_a_saved_filter_asks_for_what_it_said_first(
    world: World, callers: dict[str, Json]
) -> None:
    saved = world.service.create_saved_filter(world.admin, {"name": "Some", "q": "nobody at all"})
    of_filter = {"saved_filter": saved["id"]}
    first = aggregated(world, "status", selection=of_filter, size=1)
    world.service.delete_saved_filter(world.admin, saved["id"])
    rest: Json = {"after": first["next"], "size": 1_000, "as_of": first["as_of"]}
    second = aggregated(world, "status", selection=first["selection"], frozen=True, **rest)
    assert (second["frame"]["rows"], second["next"], second["as_of"]) == (0, None, first["as_of"])
    assert second["selection"] == first["selection"]
    with pytest.raises(Invalid):
        aggregated(world, "status", selection=of_filter, **rest)


def test_who_comes_later_is_kept_out(world: World, callers: dict[str, Json]) -> None:
    upto = str(new_id())
    before = counts(world, "status", upto=upto)
    world.create(status="active")
    assert counts(world, "status", upto=upto) == before
    assert counts(world, "status")["active"] == before["active"] + 1


@pytest.mark.parametrize("expected", [0, 1_000_000])
def test_bits_say_what_visible_says(
    world: World, callers: dict[str, Json], expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seeing, "expected_rows", lambda *asked: expected)  # either way is right
    assert world.rows("SELECT FROM customer WHERE root_id <> id")
    ids = [str(row.id) for row in world.rows("SELECT id FROM customer")]
    asked = [*ids, str(new_id()), *ids[:3]]
    for scope in callers.values():
        visible = world.service.visible(scope, asked)
        assert seen(world, asked, scope) == [id in visible for id in asked]
    assert len(world.service.visible(world.admin, asked)) < len({*asked})

    @settings(max_examples=40, deadline=None)
    @given(st.lists(st.sampled_from(asked), max_size=20), st.sampled_from([*callers]))
    def check(some: list[str], who: str) -> None:
        visible = world.service.visible(callers[who], some)
        assert seen(world, some, callers[who]) == [id in visible for id in some]

    check()
