"""What a filter may say: every fault is named with its place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from servicekit.errors import Invalid
from services.customers.fields.domain.definitions import Definitions, Field, Option
from services.customers.filters.domain.calendar import Calendar
from services.customers.filters.domain.reading import parse
from services.customers.filters.domain.terms import Vocabulary
from services.customers.filters.domain.tree import All, Any_, Leaf, Node, Not, Span

Json = dict[str, Any]
ME, OTHER, TEAM = (f"00000000-0000-7000-8000-00000000000{n}" for n in "123")
OPTION = Option(7, UUID(int=9), "Gold", "gold", None, 0, False)
BLANK = {"required": False, "help": "", "position": 0, "archived": False, "version": 1}
FIELDS = Definitions(
    (
        Field("plan", "Plan", "select", **BLANK, options=(OPTION,)),
        *(
            Field(kind, kind, kind, **BLANK)
            for kind in ("text", "number", "date", "datetime", "boolean", "url")
        ),
    )
)


def words(**changes: Any) -> Vocabulary:
    usual = {
        "fields": FIELDS,
        "calendar": Calendar(ZoneInfo("Europe/Berlin"), datetime(2026, 6, 1, 12, tzinfo=UTC)),
        "user_id": UUID(ME),
        "users": {ME, OTHER},
        "teams": {TEAM},
        "region": "BR",
        "masked": False,
    }
    return Vocabulary(**{**usual, **changes})


def read(raw: Any, **changes: Any) -> Node:
    return parse(raw, words(**changes), pointer="/filter")


def leaf(field: str, op: str, *value: Any) -> Json:
    return {"field": field, "op": op, **({"value": value[0]} if value else {})}


def faults_of(work: Callable[[], Any]) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as refused:
        work()
    return [(each["pointer"], each["code"]) for each in refused.value.payload["errors"]]


def faults(raw: Any, **changes: Any) -> list[tuple[str, str]]:
    return faults_of(lambda: read(raw, **changes))


def test_groups_are_read_as_they_are_nested() -> None:
    raw = {"and": [leaf("name", "eq", " JOSÉ  Silva"), {"or": [{"not": leaf("status", "in", ["active"])}]}]}
    assert read(raw) == All(
        (Leaf("name", "in", ("jose silva",)), Any_((Not(Leaf("status", "in", ("active",))),)))
    )


@pytest.mark.parametrize(("op", "opposite"), [("ne", "eq"), ("not_in", "in"), ("none_of", "any_of")])
def test_a_negative_operation_is_a_negation(op: str, opposite: str) -> None:
    value = "active" if op == "ne" else ["active"]
    assert read(leaf("status", op, value)) == read({"not": leaf("status", opposite, value)})


def test_all_of_asks_for_each() -> None:
    assert read(leaf("tags", "all_of", ["a", "b"])) == All(
        (Leaf("tags", "in", ("a",)), Leaf("tags", "in", ("b",)))
    )


def test_me_is_whoever_asks() -> None:
    assert read(leaf("assignee", "eq", "me")) == Leaf("assignee", "in", (UUID(ME),))


def test_an_option_is_named_by_id_or_by_label() -> None:
    assert read(leaf("custom.plan", "in", ["GOLD", str(OPTION.id)])) == Leaf("custom.plan", "in", (7,))


def test_source_means_channel() -> None:
    assert read(leaf("source", "eq", "api")) == read(leaf("channel", "eq", "api"))


BERLIN_DAY = Span(datetime(2026, 5, 31, 22, tzinfo=UTC), datetime(2026, 6, 1, 22, tzinfo=UTC))


def test_a_bare_date_is_the_whole_day_in_the_zone() -> None:
    def span(op: str, value: Any) -> Any:
        return read(leaf("created_at", op, value)).value  # type: ignore[union-attr]

    assert span("eq", "2026-06-01") == BERLIN_DAY
    assert span("gte", "2026-06-01") == Span(BERLIN_DAY.start)
    assert span("gt", "2026-06-01") == Span(BERLIN_DAY.end)
    assert span("lt", "2026-06-01") == Span(end=BERLIN_DAY.start)
    assert span("lte", "2026-06-01") == Span(end=BERLIN_DAY.end)
    assert span("between", ["2026-06-01", "2026-06-01"]) == BERLIN_DAY
    noon = datetime(2026, 6, 1, 12, tzinfo=UTC)
    assert span("lte", "2026-06-01T09:00:00-03:00") == Span(end=noon, closed=True)
    assert span("within_last", {"n": 12, "unit": "hour"}) == Span(
        datetime(2026, 6, 1, tzinfo=UTC), noon, closed=True
    )


WRONG: list[tuple[Any, list[tuple[str, str]]]] = [
    (None, [("/filter", "invalid_value")]),
    ([], [("/filter", "invalid_value")]),
    ({}, [("/filter/field", "required")]),
    ({"and": []}, [("/filter/and", "invalid_value")]),
    ({"or": {}}, [("/filter/or", "invalid_value")]),
    ({"not": []}, [("/filter/not", "invalid_value")]),
    ({"and": [leaf("name", "is_set")], "or": []}, [("/filter/or", "unknown_property")]),
    ({"not": leaf("name", "is_set"), "a/b": 1}, [("/filter/a~1b", "unknown_property")]),
    ({"not": leaf("name", "is_set"), "op": "eq"}, [("/filter/op", "unknown_property")]),
    ({**leaf("name", "is_set"), "case": 1}, [("/filter/case", "unknown_property")]),
    ({"and": [leaf("name", "eq", "a"), leaf("nope", "eq", 1)]}, [("/filter/and/1/field", "unknown_field")]),
    ({"or": [{"not": leaf("status", "eq", "gone")}]}, [("/filter/or/0/not/value", "unknown_option")]),
    (leaf("custom.nope", "is_set"), [("/filter/field", "unknown_field")]),
    (leaf("custom.", "is_set"), [("/filter/field", "unknown_field")]),
    (leaf("id", "eq", ME), [("/filter/field", "unknown_field")]),
    ({"field": ["name"], "op": "eq", "value": "a"}, [("/filter/field", "unknown_field")]),
    ({"field": "name", "value": "a"}, [("/filter/op", "required")]),
    (leaf("name", "gt", "a"), [("/filter/op", "unknown_op")]),
    ({"field": "name", "op": {}, "value": "a"}, [("/filter/op", "unknown_op")]),
    (leaf("name", "eq"), [("/filter/value", "required")]),
    (leaf("name", "eq", None), [("/filter/value", "invalid_value")]),
    (leaf("name", "eq", 5), [("/filter/value", "invalid_value")]),
    (leaf("name", "eq", " "), [("/filter/value", "invalid_value")]),
    (leaf("name", "contains", ""), [("/filter/value", "invalid_value")]),
    (leaf("name", "eq", "x" * 201), [("/filter/value", "too_long")]),
    (leaf("name", "eq", "a\x00"), [("/filter/value", "invalid_value")]),
    (leaf("name", "eq", "\ud800"), [("/filter/value", "invalid_value")]),
    (leaf("name", "in", "a"), [("/filter/value", "invalid_value")]),
    (leaf("name", "in", []), [("/filter/value", "invalid_value")]),
    (leaf("name", "in", ["a", 1]), [("/filter/value/1", "invalid_value")]),
    (leaf("name", "in", ["a"] * 101), [("/filter/value", "too_many_values")]),
    (leaf("name", "is_set", "x"), [("/filter/value", "invalid_value")]),
    (leaf("teams", "any_of", [TEAM, OTHER]), [("/filter/value/1", "unknown_team")]),
    (leaf("teams", "any_of", ["sales"]), [("/filter/value/0", "unknown_team")]),
    (leaf("assignee", "eq", TEAM), [("/filter/value", "unknown_user")]),
    (leaf("custom.plan", "in", ["gold", "lead"]), [("/filter/value/1", "unknown_option")]),
    (leaf("phone", "eq", "12"), [("/filter/value", "invalid_value")]),
    (leaf("phone", "contains", "abc"), [("/filter/value", "invalid_value")]),
    (leaf("email", "eq", "ana"), [("/filter/value", "invalid_value")]),
    (leaf("custom.number", "eq", True), [("/filter/value", "invalid_value")]),
    (leaf("custom.number", "gt", "many"), [("/filter/value", "invalid_value")]),
    (leaf("custom.number", "eq", 1e300), [("/filter/value", "invalid_value")]),
    (leaf("custom.number", "between", [1]), [("/filter/value", "invalid_value")]),
    (leaf("custom.number", "between", [1, 2, 3]), [("/filter/value", "invalid_value")]),
    (leaf("custom.number", "between", [2, 1]), [("/filter/value", "invalid_value")]),
    (leaf("custom.boolean", "eq", "true"), [("/filter/value", "invalid_value")]),
    (leaf("custom.boolean", "eq", 1), [("/filter/value", "invalid_value")]),
    (leaf("custom.date", "eq", "2026-02-30"), [("/filter/value", "invalid_value")]),
    (leaf("custom.date", "eq", "2026-02-28T00:00:00Z"), [("/filter/value", "invalid_value")]),
    (leaf("custom.date", "within_last", {"n": 1, "unit": "hour"}), [("/filter/value", "invalid_value")]),
    (leaf("created_at", "gt", "2026-06-01T09:00:00"), [("/filter/value", "invalid_value")]),
    (leaf("created_at", "gt", "9999-12-31"), [("/filter/value", "invalid_value")]),
    (leaf("created_at", "gt", "yesterday"), [("/filter/value", "invalid_value")]),
    (leaf("created_at", "within_last", {"n": 0, "unit": "day"}), [("/filter/value", "invalid_value")]),
    (leaf("created_at", "within_last", {"n": True, "unit": "day"}), [("/filter/value", "invalid_value")]),
    (leaf("created_at", "within_last", {"n": 1, "unit": "fortnight"}), [("/filter/value", "invalid_value")]),
    (leaf("created_at", "within_last", {"n": 1, "unit": []}), [("/filter/value", "invalid_value")]),
    (leaf("created_at", "older_than", {"n": 1, "unit": "day", "x": 1}), [("/filter/value", "invalid_value")]),
    (leaf("created_at", "older_than", 30), [("/filter/value", "invalid_value")]),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "expected"), WRONG)
def test_what_is_wrong_is_told_with_its_place(raw: Any, expected: list[tuple[str, str]]) -> None:
    assert faults(raw) == expected


def test_everything_wrong_is_told_at_once() -> None:
    raw = {"and": [leaf("nope", "eq", 1), leaf("name", "gt", 1), leaf("name", "in", [1, "a", 2])]}
    assert faults(raw) == [
        ("/filter/and/0/field", "unknown_field"),
        ("/filter/and/1/op", "unknown_op"),
        ("/filter/and/2/value/0", "invalid_value"),
    ]


def test_groups_nest_four_deep_and_no_deeper() -> None:
    raw = leaf("name", "is_set")
    for _ in range(4):
        raw = {"not": raw}
    assert read(raw)
    assert faults({"and": [leaf("nope", "eq"), {"or": [raw]}]})[-1][1] == "too_deep"
    endless: Json = {}
    endless["not"] = endless
    assert faults(endless) == [("/filter/not/not/not/not", "too_deep")]


def test_there_are_at_most_a_hundred_comparisons() -> None:
    hundred = [leaf("name", "is_set")] * 100
    assert read({"and": hundred})
    assert faults({"and": [{"or": hundred}, leaf("name", "is_set")]}) == [
        ("/filter/and/1", "too_many_leaves")
    ]


@pytest.mark.parametrize("field", ["email", "phone", "whatsapp"])
def test_hidden_fields_are_refused_before_their_value_is_looked_at(field: str) -> None:
    for raw in (leaf(field, "eq", "x"), leaf(field, "nope"), leaf(field, "is_set")):
        assert faults({"not": raw}, masked=True) == [("/filter/not/field", "field_hidden")]


def test_in_a_kept_filter_unknown_people_are_nobody() -> None:
    raw = {"and": [leaf("teams", "any_of", [OTHER]), leaf("assignee", "eq", TEAM)]}
    assert read(raw, kept=True) == All((Leaf("teams", "in", ()), Leaf("assignee", "in", ())))
