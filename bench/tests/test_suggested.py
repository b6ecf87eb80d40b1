"""Labelled people, and how well suggestions hit among a few of them."""

from __future__ import annotations

import pytest

from bench.labelled import Record, records
from bench.slips import CLUES, NAMES, NEIGHBOURS
from bench.suggested import Quality, measured, told


@pytest.fixture(scope="module")
def people() -> list[Record]:
    return list(records(3_000))


@pytest.fixture(scope="module")
def quality(people: list[Record]) -> Quality:
    return measured(people, examples=2)


def test_the_same_seed_makes_the_same_people(people: list[Record]) -> None:
    assert list(records(300)) != list(records(300, seed=2))
    assert list(records(300)) == list(records(300))


def test_nobody_shares_an_address(people: list[Record]) -> None:
    emails = [record.email for record in people if record.email]
    assert len(emails) == len(set(emails))


def test_there_is_every_kind_of_double_and_lookalike(people: list[Record]) -> None:
    doubles = [record for record in people if record.slip]
    assert len(doubles) > 120
    assert {record.slip for record in doubles} == NAMES.keys()
    assert {record.clue for record in doubles} == CLUES.keys()
    lookalikes = {record.lookalike for record in people} - {""}
    assert len(lookalikes) >= 3
    assert lookalikes <= NEIGHBOURS.keys()


def test_suggestions_hit_as_well_as_the_documentation_says(quality: Quality) -> None:
    """Floors below what was measured: a rule that gets worse is seen, chance is not."""
    assert quality.met.value >= 0.88
    assert quality.precision.value >= 0.90
    assert quality.recall.value >= 0.78
    assert quality.by_clue["phone: swapped"].value >= 0.85
    assert quality.by_slip["no accents, case"].value >= 0.80


def test_it_is_told_with_examples(quality: Quality) -> None:
    text = told(quality)
    assert f"precision {quality.precision.value:.3f}" in text
    assert "missed" in text
