"""Whatever is joined, split, renamed or known by another name: the whole stays as it is."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from services.reports.configuring.domain.model import Configuration, Grouping, Part, Subdivision, Top, Total
from services.reports.tabulating.domain.engine import tabulate
from services.reports.tabulating.domain.frame import Frame
from services.reports.tests.tabulating.building import LISTS, frame_of

SPELLINGS = (
    "NY",
    "ny ",
    "New York",
    "São Paulo",
    "sao-paulo",
    "SP",
    "Brasil",
    "brazil",
    "BR",
    "",
    " ",
    "C++",
    "C#",
)
SPELLINGS += (
    "1.5",
    "15",
    "-",
    "'",
    "=1",
    "日本",
    "Straße",
    "STRASSE",
    "\u0130",
    "a\u0301",
    "á",
    "\U0001f600",
)
FIELDS = ("plan", "city", "tags", "likes")

texts = st.sampled_from(SPELLINGS) | st.text(max_size=6)
said = texts.filter(str.strip)
customers = st.fixed_dictionaries(
    {
        "plan": st.none() | texts,
        "city": st.none() | texts,
        "tags": st.lists(texts, max_size=3),
        "likes": st.lists(texts, max_size=3),
        "amount": st.none() | st.integers(-(10**9), 10**9).map(lambda cents: Decimal(cents) / 100),
    }
)


@st.composite
def spelled(draw: st.DrawFn, part: Part) -> Part:
    """The same field, put together in any way."""
    free = draw(st.lists(said, max_size=8, unique=True))
    names = draw(st.lists(said, max_size=3, unique=True))
    return replace(
        part,
        normalize=draw(st.booleans()),
        aliases=draw(st.sampled_from([(), ("countries",), ("us_states", "brazilian_states")])),
        join={name: tuple(free[n :: len(names)]) for n, name in enumerate(names)},
        split=tuple(draw(st.lists(said, max_size=3, unique=True))),
        rename=draw(st.dictionaries(said, said, max_size=3)),
    )


def without(part: Part) -> Part:
    return replace(part, normalize=False)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Configuration, Configuration]:
    """One report twice: with every value by itself, and with values put together."""
    rows = [
        Grouping(field=field) for field in draw(st.lists(st.sampled_from(FIELDS), min_size=1, max_size=2))
    ]
    blocks = [Subdivision(field=field) for field in draw(st.lists(st.sampled_from(FIELDS), max_size=2))]
    op = draw(st.sampled_from(["count", "sum", "average", "min", "max"]))
    total = Total(op, None if op == "count" else "amount")
    plain = Configuration(
        groupings=tuple(map(without, rows)), subdivisions=tuple(map(without, blocks)), total=total
    )
    return plain, replace(
        plain,
        groupings=tuple(draw(spelled(each)) for each in rows),
        subdivisions=tuple(draw(spelled(each)) for each in blocks),
    )


@settings(max_examples=50, deadline=None)
@given(st.lists(customers, max_size=12), pairs())
def test_the_whole_is_the_same_however_values_are_put_together(found, configurations):
    frame = Frame.load(frame_of(found))
    plain, joined = (tabulate(frame, each) for each in configurations)
    assert plain["grand_total"] == joined["grand_total"]
    assert plain["grand"]["customers"] == joined["grand"]["customers"] == joined["customers"] == len(found)


@settings(max_examples=50, deadline=None)
@given(st.lists(customers, max_size=12), pairs())
def test_rows_and_cells_add_up_where_a_customer_has_one_value(found, configurations):
    configuration = replace(configurations[1], total=Total("count"))
    answer = tabulate(Frame.load(frame_of(found)), configuration)
    assert all(row["total"] == row["customers"] <= len(found) for row in answer["rows"])
    if not LISTS.intersection(part.field for part in configuration.groupings):
        assert sum(row["total"] for row in answer["rows"]) == answer["grand_total"]
    for at, block in enumerate(configuration.subdivisions):
        keys = [column["key"] for column in answer["columns"] if column.get("block") == at]
        for row in (*answer["rows"], answer["grand"]):
            added = sum(row["cells"][key] for key in keys)
            assert added >= row["customers"]
            assert block.field in LISTS or added == row["customers"]


@settings(max_examples=40, deadline=None)
@given(st.lists(customers, max_size=12), pairs())
def test_customers_who_are_alike_may_be_one_row(found, configurations):
    single, weighted = (frame_of(found, alike=alike) for alike in (False, True))
    for configuration in configurations:
        first, second = (tabulate(Frame.load(frame), configuration) for frame in (single, weighted))
        assert first == second


@settings(max_examples=40, deadline=None)
@given(st.lists(customers, max_size=12), pairs())
def test_percentages_are_parts_of_what_is_shown(found, configurations):
    configuration = replace(configurations[1], total=Total("count"), percent=("row", "column", "total"))
    answer = tabulate(Frame.load(frame_of(found)), configuration)
    cells, whole = answer["grand"]["cells"], answer["grand_total"]
    for row in answer["rows"]:
        told = row["percent"]
        assert told["row"] == {key: part(cell, row["total"]) for key, cell in row["cells"].items()}
        columns = {key: part(cell, cells[key]) for key, cell in row["cells"].items()}
        assert told["column"] == columns | {"total": part(row["total"], whole)}
        everything = {key: part(cell, whole) for key, cell in row["cells"].items()}
        assert told["total"] == everything | {"total": part(row["total"], whole)}


def part(cell: int, whole: int) -> float | None:
    return round(100 * cell / whole, 4) if whole else None


@settings(max_examples=40, deadline=None)
@given(st.lists(customers, max_size=12), st.integers(1, 4), st.booleans())
def test_mentions_add_up(found, n, others):
    tags = Grouping(field="tags", normalize=True, mentions=True, top=Top(n) if others else None)
    answer = tabulate(Frame.load(frame_of(found)), Configuration(groupings=(tags,)))
    said = [[tag for tag in each["tags"] if tag.strip()] for each in found]
    assert answer["grand"]["mentions"] == sum(max(len(tags), 1) for tags in said)
    assert sum(row["total"] for row in answer["rows"]) == answer["grand"]["mentions"]
    assert answer["grand_total"] == len(found)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(customers, max_size=12).flatmap(lambda found: st.tuples(st.just(found), st.permutations(found))),
    pairs(),
)
def test_the_order_of_the_customers_says_nothing(orders, configurations):
    for configuration in configurations:
        first, second = (tabulate(Frame.load(frame_of(found)), configuration) for found in orders)
        assert first == second
