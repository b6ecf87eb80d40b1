"""Frames come as JSON, lose rows, and hold numbers of any size."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicekit.packed import pack_lists
from services.reports.configuring.domain.model import Configuration, Total
from services.reports.tabulating.domain.engine import tabulate
from services.reports.tabulating.domain.frame import Frame, Measure
from services.reports.tabulating.domain.numbers import Decimals, scaled, shown
from services.reports.tests.tabulating.asking import by, totals

JSON = {
    "rows": 3,
    "columns": [
        {"field": "plan", "label": "Plan", "type": "text", "several": False, "values": ["A", "B"]}
        | {"codes": [1, -1, 0]},
        {"field": "tags", "label": "Tags", "type": "list", "several": True, "values": ["x", "y"]}
        | {"codes": pack_lists([[0, 1], [], [1]])},
    ],
    "weights": [2, 1, 5],
    "measure": {"field": "amount", "present": [2, 0, 1], "sums": ["3.50", "0", "1e2"]}
    | {"least": ["1.25", None, "100"], "greatest": ["2.25", None, "100"]},
}


def test_a_row_stands_for_as_many_customers_as_it_weighs():
    frame = Frame.load(JSON)
    assert (frame.rows, frame.customers) == (3, 8)
    assert totals(tabulate(frame, Configuration(groupings=(by("tags"),)))) == {"y": 7, "x": 2, "(empty)": 1}


@pytest.mark.parametrize(("op", "told"), [("sum", 3.5), ("average", 1.75), ("min", 1.25), ("max", 2.25)])
def test_the_numbers_of_a_row_are_those_of_its_customers(op, told):
    configuration = Configuration(groupings=(by("plan"),), total=Total(op, "amount"))
    assert totals(tabulate(Frame.load(JSON), configuration)) == {"A": 100, "B": told, "(empty)": None}


def test_rows_may_be_left_out():
    frame = Frame.load(JSON).where(np.array([True, True, False]))
    assert frame.customers == 3
    summed = Configuration(groupings=(by("tags"),), total=Total("sum", "amount"))
    assert totals(tabulate(frame, summed)) == {"x": 3.5, "y": 3.5, "(empty)": None}


def test_a_field_that_is_not_there_is_not_found():
    with pytest.raises(KeyError):
        Frame.load(JSON).column("city")


def test_the_numbers_of_an_upload_have_a_dictionary():
    measure = Measure.of_codes("amount", ["0.5", "-2"], np.array([0, -1, 1, 0]))
    assert measure.present.tolist() == [1, 0, 1, 1]
    numbers, places = measure.sums.numbers()
    assert (numbers.tolist(), places) == ([5, 0, -20, 5], 1)
    assert measure.where(np.array([False, True, True, False])).sums.numbers()[0].tolist() == [0, -20]


def test_sums_beyond_any_machine_word_are_exact():
    numbers, places = Decimals.load(["9" * 30 + ".5", "0.5", None]).numbers()
    assert sum(numbers.tolist()) == 10**31
    assert (numbers.dtype, places) == (object, 1)


def test_a_whole_that_json_has_no_room_for_is_the_nearest_number():
    assert shown(10**30, 1) == 1e30
    assert repr(shown(2**63 - 1, 1)) == "9223372036854775807"
    assert repr(shown(-30, 10)) == "-3"


@pytest.mark.parametrize("text", ["NaN", "Infinity", "x", ""])
def test_what_is_no_number_is_none(text):
    with pytest.raises((ValueError, ArithmeticError)):
        scaled([text])


@given(st.lists(st.tuples(st.integers(-(10**20), 10**20), st.integers(0, 12))))
def test_scaled_numbers_are_the_numbers(parts):
    numbers = [Decimal(digits).scaleb(-places) for digits, places in parts]
    whole, places = scaled(map(str, numbers))
    assert [Fraction(value, 10**places) for value in whole] == list(map(Fraction, numbers))
