"""Whatever is sent is a configuration or has faults; and one that is kept stays the same."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from servicekit.errors import Invalid
from services.reports.configuring.domain.asking import fields_of
from services.reports.configuring.domain.named import labelled, named_by_id
from services.reports.configuring.domain.reading import read
from services.reports.configuring.domain.removed import removed
from services.reports.tests.configuring.fields import FIELDS

WORDS = st.sampled_from(
    (
        "field",
        "op",
        "as",
        "value",
        "n",
        "by",
        "others",
        "Gold",
        "silver",
        "VIP",
        "x",
        "2026-01-31",
        "total",
        "",
    )
    + ("groupings", "subdivisions", "rules", "contains", "in", "count", "sum", "month", "row", "customers")
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 2_000)
    | st.floats(allow_nan=False)
    | WORDS
    | st.text(max_size=5),
    lambda children: (
        st.lists(children, max_size=4) | st.dictionaries(WORDS | st.text(max_size=5), children, max_size=4)
    ),
    max_leaves=8,
)
KEYS = ("unit", "normalize", "aliases", "join", "split", "rename", "count", "sort", "top", "rules", "default")
ANY_PART = st.builds(
    lambda field, rest: {"field": field, **rest},
    st.sampled_from(list(FIELDS)) | JSON,
    st.dictionaries(st.sampled_from(KEYS), JSON, max_size=3),
)
ANYTHING = JSON | st.fixed_dictionaries(
    {"groupings": st.lists(ANY_PART, max_size=5) | JSON},
    optional={
        "subdivisions": st.lists(ANY_PART, max_size=4) | JSON,
        "subdivision": ANY_PART | JSON,
        **dict.fromkeys(("total", "sort", "top", "percent", "subtotals", "time_zone"), JSON),
    },
)

LABELS = st.sampled_from(("Gold", "gold", "Silver", "VIP", "vip ", "caro", "1.5", "outro motivo"))
SORTS = st.fixed_dictionaries({"by": st.sampled_from(("value", "total", "Gold", "Plan: Gold", "Other"))})
TOPS = st.integers(1, 1_000) | st.fixed_dictionaries(
    {"n": st.integers(1, 9)}, optional={"others": st.booleans()}
)


@st.composite
def parts(draw: st.DrawFn) -> dict[str, object]:
    field = draw(st.sampled_from(list(FIELDS)))
    joined = draw(st.lists(LABELS, unique=True, max_size=4))
    part = {
        "field": field,
        "split": joined[2:],
        "rename": dict.fromkeys(draw(st.sets(LABELS, max_size=2)), "R"),
    }
    part |= {"join": {"Gold": joined[:2]}} if joined else {}
    return part | {"top": draw(st.none() | TOPS)}


@st.composite
def configurations(draw: st.DrawFn) -> dict[str, object]:
    groupings = draw(st.lists(parts(), min_size=1, max_size=4, unique_by=lambda part: part["field"]))
    rule = {"op": "in", "value": draw(st.lists(LABELS, min_size=1, max_size=3)), "as": "Gold"}
    rules = {"field": "custom.plan", "rules": [rule], "default": draw(st.none() | LABELS)}
    return {
        "groupings": [part | {"sort": draw(st.none() | SORTS)} for part in groupings],
        "subdivisions": draw(st.lists(parts() | st.just(rules), max_size=3)),
        "sort": draw(st.none() | SORTS),
        "subtotals": draw(st.booleans()),
        "percent": draw(st.sampled_from(("row", ["column", "total"], []))),
        "time_zone": draw(st.sampled_from((None, "America/Sao_Paulo"))),
    }


@settings(max_examples=150, deadline=None)
@given(ANYTHING)
def test_whatever_is_sent_is_read_or_refused_with_pointers(data):
    wrong, configuration = [], None
    try:
        configuration = read(data, FIELDS)
    except Invalid as error:
        wrong = error.payload["errors"]
    assert wrong or read(configuration.dump(), FIELDS) == configuration
    assert all(each["pointer"].startswith("/configuration") for each in wrong)


@settings(max_examples=100, deadline=None)
@given(configurations())
def test_what_is_kept_is_read_as_it_was_sent(data):
    configuration = read(data, FIELDS)
    assert read(configuration.dump(), FIELDS) == configuration
    asked, measure = fields_of(configuration)
    assert len({each["field"] for each in asked}) == len(asked)
    assert measure is None


@settings(max_examples=100, deadline=None)
@given(configurations())
def test_a_configuration_kept_by_ids_is_shown_as_it_was_sent(data):
    """But for the case of what rules compare."""
    written = read(data, FIELDS).dump()
    stored = named_by_id(written, FIELDS)
    shown = labelled(stored, FIELDS)
    assert removed(stored, FIELDS) == []
    assert shown["groupings"] == written["groupings"]
    assert named_by_id(shown, FIELDS) == stored
