"""Customers and configurations of all kinds, for hypothesis."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from services.reports.configuring.domain.model import (
    Configuration,
    Grouping,
    Rule,
    Sort,
    Subdivision,
    Top,
    Total,
)
from services.reports.tests.tabulating.building import LISTS, TYPES

TEXTS = (
    "VIP",
    "vip ",
    "Gold",
    "gold",
    "",
    "  ",
    "(empty)",
    "total",
    "value",
    "Others (2)",
    "=1+1",
    "É",
    "e",
    "São Paulo",
)
TEXTS += ("paulo sao", "-", "\u200b", "1.5", "C++", "C#", "1", "true", "Paulo, São", "\U0001f600")
NUMBERS = (0, 1, -1, 1.5, -2.25, 10**14, 0.1, 7)
DAYS = ("2026-01-01", "2026-01-31", "2026-02-01", "2025-12-29", "1999-12-31", "2027-01-03")
AMOUNTS = (
    "0",
    "1",
    "-1",
    "0.1",
    "0.2",
    "0.3",
    "999999999999999",
    "0.000000000000001",
    "-12.50",
    "1E+3",
    "1e-7",
)
UNITS = ("day", "week", "month", "quarter", "year")

texts, lists = st.sampled_from(TEXTS), st.lists(st.sampled_from(TEXTS), max_size=4)
customers = st.fixed_dictionaries(
    {
        "plan": st.none() | texts,
        "city": st.none() | texts,
        "score": st.none() | st.sampled_from(NUMBERS),
        "since": st.none() | st.sampled_from(DAYS),
        "vip": st.none() | st.booleans(),
        "tags": lists,
        "likes": lists,
        "amount": st.none() | st.sampled_from(AMOUNTS).map(Decimal),
    }
)
tops = st.none() | st.builds(Top, st.integers(1, 4), st.booleans())
sorts = st.none() | st.builds(
    Sort, st.sampled_from(["value", "total", "Gold", "(empty)", "Plan: VIP", "total (2)", "a"]), st.booleans()
)
fields = st.sampled_from(sorted(TYPES))
said = texts.filter(str.strip)  # as spellings are read
splits = st.lists(said, max_size=2, unique=True).map(tuple)


@st.composite
def spelled(draw: st.DrawFn, field: str) -> dict[str, Any]:
    if field in ("score", "vip"):
        return {}
    if field == "since":
        return {"unit": draw(st.sampled_from(UNITS))}
    names = draw(st.lists(st.sampled_from(["A", "VIP", "total"]), max_size=2, unique=True))
    free = draw(st.lists(said, max_size=5, unique=True))
    return {
        "normalize": draw(st.booleans()),
        "join": {name: tuple(free[n :: len(names)]) for n, name in enumerate(names)},
        "split": draw(splits),
        "rename": draw(st.dictionaries(said, st.sampled_from(["B", "Gold"]), max_size=2)),
    }


@st.composite
def groupings(draw: st.DrawFn) -> Grouping:
    field = draw(fields)
    mentions = draw(st.booleans()) if field in LISTS else False
    return Grouping(field=field, **draw(spelled(field)), top=draw(tops), sort=draw(sorts), mentions=mentions)


@st.composite
def subdivisions(draw: st.DrawFn) -> Subdivision:
    field = draw(fields)
    if field in ("plan", "tags") and draw(st.booleans()):
        rules = st.builds(
            lambda op, value, label: Rule(op, label, None if op == "is_not_set" else value),
            st.sampled_from(["equals", "contains", "starts_with", "is_not_set"]),
            said,
            st.sampled_from(["A", "B", "total"]),
        )
        default = draw(st.sampled_from([None, "Other"]))
        found = draw(st.lists(rules, min_size=1, max_size=3))
        return Subdivision(field=field, rules=tuple(found), default=default, top=draw(tops))
    return Subdivision(field=field, **draw(spelled(field)), top=draw(tops))


@st.composite
def configurations(draw: st.DrawFn) -> Configuration:
    own = tuple(draw(st.lists(groupings(), min_size=1, max_size=4)))
    mentions = any(grouping.mentions for grouping in own)
    op = "count" if mentions else draw(st.sampled_from(["count", "sum", "average", "min", "max"]))
    return Configuration(
        groupings=own,
        total=Total(op, None if op == "count" else "amount"),
        subdivisions=tuple(draw(st.lists(subdivisions(), max_size=3))),
        sort=draw(sorts),
        top=draw(tops),
    )
