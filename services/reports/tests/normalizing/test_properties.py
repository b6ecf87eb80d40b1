"""Whatever is joined, split and renamed: every value counts as exactly one, and totals never change."""

from __future__ import annotations

import random
import time
from collections import Counter

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from services.reports.normalizing.domain.key import key_of
from services.reports.normalizing.domain.mapping import map_values
from services.reports.tests.normalizing.columns import UTC, grouping, mapped

TEXTS = st.sampled_from(
    (
        "VIP",
        "vip ",
        "Vip",
        "caro",
        "CARO",
        "preço",
        "preco",
        "São Paulo",
        "SP",
        "sp",
        "BR",
        "Brasil",
        "brazil",
        "?",
        "",
    )
) | st.text(max_size=4)
COLUMNS = st.dictionaries(TEXTS, st.integers(1, 100), max_size=12)
NAMES = st.sampled_from(("VIP", "Price", "caro", "Brazil", "x"))
SPELLINGS = TEXTS.filter(lambda text: text.strip() and "\0" not in text)


@st.composite
def groupings(draw: st.DrawFn):
    spellings = draw(st.lists(SPELLINGS, unique=True, max_size=6))
    names = draw(st.lists(NAMES, unique=True, max_size=2))
    join = {name: spellings[n::3] for n, name in enumerate(names) if spellings[n::3]}
    return grouping(
        normalize=draw(st.booleans()),
        aliases=draw(st.lists(st.sampled_from(("countries", "brazilian_states")), unique=True)),
        join=join,
        split=spellings[2::3],
        rename=draw(st.dictionaries(SPELLINGS, NAMES, max_size=3)),
    )


@settings(max_examples=150, deadline=None)
@given(COLUMNS, groupings())
def test_every_value_counts_as_one_and_no_customer_is_lost(column, part):
    result = mapped(column, part)
    counts = Counter()
    for code, count in zip(result.codes, column.values(), strict=True):
        counts[code] += count
    assert sum(counts.values()) == sum(column.values())
    assert set(counts) - {-1} == set(range(len(result.values)))
    told = {spelling: code for code, value in enumerate(result.values) for spelling in value.spellings}
    assert [told.get(text, -1) for text in column] == result.codes
    assert [text for text, code in zip(column, result.codes, strict=True) if code == -1] == [
        text for text in column if not text.strip()
    ]


@settings(max_examples=150, deadline=None)
@given(COLUMNS, groupings(), st.randoms(use_true_random=False))
def test_the_order_of_values_makes_no_difference(column, part, chance):
    def shown(of):
        values = mapped(of, part).values
        return {(value.label, value.spellings, value.by) for value in values}

    shuffled = list(column.items())
    chance.shuffle(shuffled)
    assert shown(dict(shuffled)) == shown(column)


@settings(max_examples=150, deadline=None)
@given(COLUMNS)
def test_values_with_one_key_are_one_and_no_others(column):
    result = mapped(column, grouping())
    keys = {}
    for text, code in zip(column, result.codes, strict=True):
        if code >= 0:
            keys.setdefault(code, set()).add(key_of(text))
    assert all(len(each) == 1 for each in keys.values())
    assert len({key for each in keys.values() for key in each}) == len(keys)


@settings(max_examples=150, deadline=None)
@given(COLUMNS)
def test_what_was_unified_once_is_unified(column):
    once = mapped(column, grouping())
    labels = {value.label: 1 for value in once.values}
    again = mapped(labels, grouping())
    assert [value.label for value in again.values] == list(labels)
    assert len(labels) == len(once.values)


@settings(max_examples=100, deadline=None)
@given(COLUMNS)
def test_joining_what_is_shown_joins_all_that_stands_behind_it(column):
    """As somebody does who picks two values on the screen."""
    plain = mapped(column, grouping())
    shown = [value for value in plain.values if value.label.strip() and "\0" not in value.label][:2]
    assume(len(shown) == 2)
    joined = mapped(column, grouping(join={"both of them": [value.label for value in shown]}))
    (both,) = (value for value in joined.values if value.label == "both of them")
    assert set(both.spellings) == {spelling for value in shown for spelling in value.spellings}
    assert len(joined.values) == len(plain.values) - 1


def test_many_distinct_spellings_take_a_moment():
    """Fifty thousand take less than half a second on a machine that does nothing else."""
    chance = random.Random(7)
    words = ["preço", "muito", "caro", "não", "comprou", "São", "Paulo", "prazo", "de", "entrega", "VIP"]
    texts = [" ".join(chance.choices(words, k=chance.randint(1, 5))) + f" {n}" for n in range(50_000)]
    part = grouping(join={f"join {n}": texts[n * 10 : n * 10 + 10] for n in range(400)})
    begun = time.process_time()
    result = map_values(texts, [1] * len(texts), part, zone=UTC)
    assert time.process_time() - begun < 2
    assert len(result.values) == 46_400
