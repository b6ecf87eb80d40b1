"""What people type, and what programs send."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from servicekit.errors import Invalid
from services.customers.registry.domain.forms import KNOWN_FIELDS, read_form
from services.customers.tests.registry.test_creating import codes

NASTY = st.sampled_from(["", " ", "\x00", "\ud800", "a" * 600, "5511987654321", "a@x.com", "phone", "email"])
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | NASTY
KEYS = st.sampled_from(
    [*sorted(KNOWN_FIELDS), "add", "remove", "id", "kind", "value", "label", "primary", "x/~"]
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=12,
)


@settings(suppress_health_check=[HealthCheck.too_slow])  # of the machine, not of what is tested
@given(st.dictionaries(KEYS, JSON, max_size=8))
def test_anything_is_read_or_refused_with_pointers(data: dict[str, Any]) -> None:
    for error in wrongs(data):
        assert error.keys() == {"pointer", "code", "detail"}
        assert error["pointer"].startswith("/")


def wrongs(data: dict[str, Any]) -> list[dict[str, str]]:
    try:
        read_form(data, default_region="BR")
    except Invalid as refusal:
        return refusal.payload["errors"]
    return []


@pytest.mark.parametrize(
    ("data", "pointer", "code"),
    [
        ({"name": 7}, "/name", "invalid_type"),
        ({"email": 7}, "/email", "invalid_type"),
        (
            {"contact_points": {"add": [{"kind": "fax", "value": "1"}]}},
            "/contact_points/add/0/kind",
            "unknown_kind",
        ),
        ({"contact_points": [{"kind": "email"}]}, "/contact_points/0/value", "required"),
        (
            {"contact_points": [{"kind": "email", "value": "a@x.com", "x": 1}]},
            "/contact_points/0/x",
            "unknown_property",
        ),
        ({"contact_points": {"drop": []}}, "/contact_points/drop", "unknown_property"),
        ({"tags": "vip"}, "/tags", "invalid_list"),
        ({"tags": {"add": ["a\nb"], "remove": ["\x00"]}}, "/tags/remove/0", "invalid_tag"),
        ({"assignee": "me"}, "/assignee", "invalid_id"),
        ({"channel": "Web Chat"}, "/channel", "invalid_channel"),
        ({"custom": []}, "/custom", "invalid_object"),
        ({"created_at": "2020-01-01"}, "/created_at", "invalid_time"),
    ],
)
def test_what_is_wrong_is_named_where_it_stands(data: dict[str, Any], pointer: str, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read_form(data, default_region="BR")
    assert codes(refusal.value) == {pointer: code}


def test_two_primaries_of_a_kind_are_refused() -> None:
    both = [{"kind": "email", "value": f"{name}@x.com", "primary": True} for name in "ab"]
    with pytest.raises(Invalid) as refusal:
        read_form({"contact_points": both}, default_region="BR")
    assert codes(refusal.value) == {"/contact_points": "several_primaries"}


def test_null_is_not_the_same_as_absent() -> None:
    form = read_form({"email": None, "assignee": None}, default_region="BR")
    assert form.given == {"email", "assignee"}
    assert form.primaries == {"email": None}
    assert read_form({}, default_region="BR").given == frozenset()
