"""Axes of earlier reports on the same rows make no difference to any table."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.reports.configuring.domain.model import Configuration, Grouping, Sort, Top
from services.reports.normalizing.domain.mapping import map_values
from services.reports.tabulating.domain import table
from services.reports.tabulating.domain.engine import tabulate
from services.reports.tabulating.domain.frame import Frame
from services.reports.tabulating.domain.remembering import AxisMemory
from services.reports.tests.tabulating.asking import by, having, split_by, totals
from services.reports.tests.tabulating.building import LISTS, frame_of
from services.reports.tests.tabulating.drawing import configurations, customers

ENOUGH = 1 << 20


def changed(configuration: Configuration) -> Configuration:
    """Another order, another top, other counting: the values are put together as before."""
    first, *more = configuration.groupings
    mentions = first.field in LISTS and configuration.total.op == "count" and not first.mentions
    other = replace(first, top=Top(2), sort=Sort("value", descending=True), mentions=mentions)
    return replace(configuration, groupings=(other, *more))


@settings(max_examples=25, deadline=None)
@given(
    frames=st.lists(st.lists(customers, max_size=10), min_size=2, max_size=2),
    asked=st.lists(configurations(), min_size=1, max_size=3),
    zone=st.sampled_from([None, "Asia/Tokyo"]),
    room=st.sampled_from([0, 2_000, ENOUGH]),
)
def test_a_table_is_the_same_whatever_was_asked_before(frames, asked, zone, room):
    memory, asked = AxisMemory(room), [each for one in asked for each in (one, changed(one))]
    for configuration in (*asked, *(replace(each, time_zone=zone) for each in asked)):
        for name, found in enumerate(frames):
            frame = replace(Frame.load(frame_of(found)), name=name)
            alone = tabulate(frame, configuration)
            assert tabulate(frame, configuration, memory=memory) == alone


def test_what_was_renamed_since_counts_for_what_it_is_called_today():
    memory, frame = AxisMemory(), replace(Frame.load(frame_of(having("plan", "Gold", "Silver"))), name="file")
    configuration = Configuration(groupings=(by("plan"),), subdivisions=(split_by("plan"),))
    for former in ({}, {"plan": {"gold": "Silver"}}, {"plan": {"gold": "Premium"}}, {}):
        alone = tabulate(frame, configuration, former=former)
        assert totals(tabulate(frame, configuration, former=former, memory=memory)) == totals(alone)


@pytest.fixture
def mapped(monkeypatch) -> list[Grouping]:
    """Whatever values are put together for, from now on."""
    made: list[Grouping] = []

    def mapping(values, counts, part, **how):
        made.append(part)
        return map_values(values, counts, part, **how)

    monkeypatch.setattr(table, "map_values", mapping)
    return made


def test_values_are_put_together_once(mapped):
    memory, frame = AxisMemory(), replace(Frame.load(frame_of(having("plan", "A", "b"))), name="file")
    configuration = Configuration(groupings=(by("plan"),))
    tabulate(frame, configuration, memory=memory)
    answer = tabulate(frame, changed(configuration), memory=memory)
    assert [row["labels"] for row in answer["rows"]] == [["b"], ["A"]]
    assert len(mapped) == 1


def test_frames_without_a_name_are_not_kept():
    memory, configuration = AxisMemory(), Configuration(groupings=(by("plan"),))
    for value in ("A", "B"):
        answer = tabulate(Frame.load(frame_of(having("plan", value))), configuration, memory=memory)
        assert totals(answer) == {value: 1}


def test_long_texts_take_their_room(mapped):
    """One that has none is made anew each time."""
    configuration = Configuration(groupings=(by("plan", normalize=True),))
    for length, made in ((10, 1), (30_000, 2)):
        frame = replace(Frame.load(frame_of(having("plan", "a" * length))), name="file")
        memory, before = AxisMemory(100_000), len(mapped)
        for _ in range(2):
            tabulate(frame, configuration, memory=memory)
        assert len(mapped) == before + made


def test_the_one_that_was_asked_for_longest_ago_makes_room(mapped):
    memory = AxisMemory(100_000)
    frame = replace(Frame.load(frame_of(having("plan", *map(str, range(50))))), name="file")
    asked = [Configuration(groupings=(by("plan", rename={"1": str(n)}),)) for n in range(20)]
    for configuration in asked:
        tabulate(frame, configuration, memory=memory)
    before = len(mapped)
    for configuration in reversed(asked[-3:]):
        tabulate(frame, configuration, memory=memory)
    assert len(mapped) == before
    tabulate(frame, asked[0], memory=memory)
    assert len(mapped) == before + 1
