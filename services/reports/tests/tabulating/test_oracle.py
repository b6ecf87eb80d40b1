"""The engine tells what counting one customer after the other tells."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.reports.configuring.domain.model import Configuration, Grouping, Total
from services.reports.tabulating.domain.engine import tabulate
from services.reports.tabulating.domain.frame import Frame
from services.reports.tests.tabulating.building import frame_of
from services.reports.tests.tabulating.drawing import configurations, customers
from services.reports.tests.tabulating.oracle import Oracle


@settings(max_examples=100, deadline=None)
@given(st.lists(customers, max_size=14), configurations(), st.booleans())
def test_the_table_is_what_counting_customer_by_customer_tells(found, configuration, alike):
    frame = Frame.load(frame_of(found, alike=alike))
    answer = tabulate(frame, configuration, shape="tree")
    oracle = Oracle(found, configuration)
    assert [column["key"] for column in answer["columns"] if column["kind"] == "cell"] == oracle.keys
    assert plain(answer["tree"]["children"]) == oracle.tree()
    grand = {key: answer["tree"][key] for key in ("cells", "total", "customers")}
    assert grand == oracle.grand()
    assert answer["customers"] == len(found)


def plain(nodes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {key: node[key] for key in ("label", "cells", "total", "customers")}
        | {"children": plain(node["children"])}
        for node in nodes
    ]


@pytest.mark.parametrize("op", ["sum", "average", "min", "max"])
def test_numbers_are_added_exactly(op):
    found = [
        {"plan": "A", "amount": Decimal(text)}
        for text in ("0.1", "0.2", "999999999999999", "0.000000000000001")
    ]
    configuration = Configuration(groupings=(Grouping(field="plan"),), total=Total(op, "amount"))
    answer = tabulate(Frame.load(frame_of(found)), configuration)
    assert answer["rows"][0]["total"] == Oracle(found, configuration).grand()["total"]
