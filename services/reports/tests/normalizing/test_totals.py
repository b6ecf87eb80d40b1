"""Whatever is joined, split, renamed or unified: the table counts the same customers, as often as before."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.reports.configuring.domain.known import Known
from services.reports.configuring.domain.reading import read
from services.reports.tabulating.domain.engine import tabulate
from services.reports.tabulating.domain.frame import Frame
from services.reports.tests.tabulating.building import Customer, frame_of

FIELDS = {"city": Known("city", "City", "text"), "likes": Known("likes", "Likes", "list", several=True)}
TEXTS = ("VIP", "vip ", "Vip.", "SP", "São Paulo", "paulo, sao", "BR", "Brasil", "caro", "CARO", "?", " ")
SPELLINGS = st.sampled_from([text for text in TEXTS if text.strip()])
CUSTOMERS = st.lists(
    st.fixed_dictionaries(
        {"city": st.none() | st.sampled_from(TEXTS), "likes": st.lists(st.sampled_from(TEXTS), max_size=4)}
    ),
    max_size=12,
)


@st.composite
def decisions(draw: st.DrawFn) -> dict[str, Any]:
    spellings = draw(st.lists(SPELLINGS, unique=True, max_size=6))
    return {
        "normalize": draw(st.booleans()),
        "aliases": draw(st.lists(st.sampled_from(("countries", "brazilian_states")), unique=True)),
        "join": {"one": spellings[::2], "São Paulo": spellings[1::4]} if len(spellings) > 1 else {},
        "split": spellings[3::4],
        "rename": draw(st.dictionaries(SPELLINGS, st.sampled_from(("VIP", "name")), max_size=2)),
    }


def table(customers: list[Customer], *, grouped: str, divided: str, **said: Any) -> dict[str, Any]:
    data = {"groupings": [{"field": grouped, **said}], "subdivision": {"field": divided, **said}}
    return tabulate(Frame.load(frame_of(customers)), read(data, FIELDS))


def per_value(answer: dict[str, Any]) -> dict[str | None, int]:
    """How many customers each value has, under what is shown."""
    found: Counter[str | None] = Counter()
    for row in answer["rows"]:
        found[row["values"][0]] += row["customers"]
    return dict(found)


@settings(max_examples=80, deadline=None)
@given(CUSTOMERS, decisions(), st.permutations(("city", "likes")))
def test_totals_never_change_by_what_is_put_together(customers, said, fields):
    grouped, divided = fields
    plain = table(customers, grouped=grouped, divided=divided, normalize=False)
    decided = table(customers, grouped=grouped, divided=divided, **said)
    assert decided["grand_total"] == plain["grand_total"] == len(customers)
    assert decided["customers"] == plain["customers"]
    # Of a field with one value every customer is in one row, and of one with several in each of theirs.
    if grouped == "city":
        assert sum(per_value(decided).values()) == len(customers)
    assert max(per_value(decided).values(), default=0) <= len(customers)


@settings(max_examples=80, deadline=None)
@given(CUSTOMERS, decisions())
def test_a_customer_counts_once_in_a_value_however_often_they_have_it(customers, said):
    answer = table(customers, grouped="likes", divided="city", **said)
    (told,) = (each for each in answer["values"] if each["field"] == "likes")
    for value in told["values"]:
        spelled = {each["value"] for each in value["spellings"]}
        having = sum(1 for customer in customers if spelled & set(customer["likes"]))
        assert value["customers"] == having


@settings(max_examples=80, deadline=None)
@given(CUSTOMERS, decisions())
def test_every_spelling_is_told_with_as_many_customers_as_have_it(customers, said):
    answer = table(customers, grouped="city", divided="likes", **said)
    (told,) = (each for each in answer["values"] if each["field"] == "city")
    spelled = {each["value"]: each["customers"] for value in told["values"] for each in value["spellings"]}
    assert spelled == Counter(each["city"] for each in customers if each["city"] and each["city"].strip())
