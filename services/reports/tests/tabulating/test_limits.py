"""A table that nobody could read is refused, with the place where a top would help."""

import numpy as np
import pytest

from servicekit.errors import Invalid
from services.reports.configuring.domain.model import Configuration, Top
from services.reports.tabulating.domain import limits
from services.reports.tabulating.domain.engine import tabulate
from services.reports.tabulating.domain.frame import Column, Frame
from services.reports.tests.tabulating.asking import by, split_by


def frame(rows, **fields):
    """Of each field the codes of its rows, or lists of them."""
    columns = [
        Column(field=field, label=field, type="text", values=values(codes), codes=codes, starts=starts)
        for field, (codes, starts) in fields.items()
    ]
    return Frame(columns=columns, weights=np.ones(rows, dtype=np.int64))


def values(codes):
    return [f"value {n}" for n in range(int(codes.max()) + 1)]


def refused(source, *groupings, **how):
    with pytest.raises(Invalid) as raised:
        tabulate(source, Configuration(groupings=groupings, **how))
    [error] = raised.value.payload["errors"]
    return error["pointer"], error["code"]


def test_ten_thousand_rows_are_told_and_one_more_is_not():
    many = np.arange(limits.MAX_ROWS)
    answer = tabulate(frame(limits.MAX_ROWS, plan=(many, None)), Configuration(groupings=(by("plan"),)))
    assert len(answer["rows"]) == limits.MAX_ROWS
    more = frame(limits.MAX_ROWS + 1, plan=(np.arange(limits.MAX_ROWS + 1), None))
    assert refused(more, by("plan")) == ("/configuration/groupings/0", "too_many_rows")
    top = Configuration(groupings=(by("plan", top=Top(10)),))
    assert len(tabulate(more, top)["rows"]) == 11


def test_the_grouping_that_makes_too_many_rows_is_named():
    rows = np.arange(12_000)
    source = frame(12_000, plan=(rows % 2, None), city=(rows, None))
    assert refused(source, by("plan"), by("city")) == ("/configuration/groupings/1", "too_many_rows")


def test_subtotals_are_rows_too():
    rows = np.arange(6_000)
    source = frame(6_000, plan=(rows, None), city=(rows % 2, None))
    groupings = by("plan"), by("city")
    assert len(tabulate(source, Configuration(groupings=groupings))["rows"]) == 6_000
    assert refused(source, *groupings, subtotals=True) == ("/configuration/groupings/1", "too_many_rows")


def test_too_many_columns_are_refused():
    rows = np.arange(limits.MAX_COLUMNS + 1)
    source = frame(len(rows), plan=(rows % 2, None), city=(rows, None))
    found = refused(source, by("plan"), subdivisions=(split_by("plan"), split_by("city")))
    assert found == ("/configuration/subdivisions/1", "too_many_columns")


def test_too_many_cells_are_refused():
    rows = np.arange(2_000)
    source = frame(len(rows), plan=(rows, None), city=(rows % 200, None))
    assert refused(source, by("plan"), subdivisions=(split_by("city"),)) == (
        "/configuration/groupings/0",
        "too_many_rows",
    )


def test_customers_with_many_values_of_many_fields_are_refused_before_memory_is_gone():
    starts = np.arange(1_001) * 50
    lists = (np.arange(50_000) % 97, starts)
    source = frame(1_000, tags=lists, likes=lists, more=lists)
    found = refused(source, *map(by, ("tags", "likes", "more")))
    assert found == ("/configuration/groupings/2", "too_many_combinations")
