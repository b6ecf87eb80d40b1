"""Random filters over a village: each field, each operation, values that are there and others."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from services.customers import configuration
from services.customers.fields.domain.definitions import Definitions
from services.customers.filters.domain.catalogue import find_field
from services.customers.tests.filters import village as pools
from services.customers.tests.filters.village import Village

Json = dict[str, Any]
STANDARD = (
    "name", "email", "phone", "whatsapp", "tags", "teams", "assignee", "status", "channel", "source",
    "created_at", "updated_at", "last_interaction_at",
)  # fmt: skip
_FRAGMENTS = (
    "a",
    "an",
    "AN",
    "é",
    "%",
    "_",
    "\\",
    "0",
    "o",
    "小",
    "ё",
    "ss",
    "ﬁ",
    "'",
    '"',
    "x.com",
    "@",
    ".",
    "b",
)
_DIGITS = ("11", "+55 11", "98765", "4321", "9", "(33)", "1234", "77", "5")


def trees(village: Village, teams: list[str]) -> SearchStrategy[Json]:
    leaf = leaves(village, teams)
    return st.one_of(leaf, _groups(_groups(_groups(leaf))))


def leaves(village: Village, teams: list[str]) -> SearchStrategy[Json]:
    with village.world.db.reading() as connection:
        definitions = configuration.current(connection).fields
    fields = (*STANDARD, *(f"custom.{key}" for key, _ in pools.FIELDS))
    kinds = {name: _leaf(name, definitions, village, teams) for name in fields}
    return st.sampled_from(fields).flatmap(kinds.__getitem__)


def _groups(parts: SearchStrategy[Json]) -> SearchStrategy[Json]:
    several = st.lists(parts, min_size=1, max_size=3)
    return st.one_of(
        parts,
        several.map(lambda found: {"and": found}),
        several.map(lambda found: {"or": found}),
        parts.map(lambda found: {"not": found}),
    )


def _leaf(name: str, definitions: Definitions, village: Village, teams: list[str]) -> SearchStrategy[Json]:
    known = find_field(name, definitions)
    assert known
    values = _values(name, known.type, village, teams)
    return st.sampled_from(known.ops).flatmap(lambda op: _compared(name, known.type, op, values))


def _compared(name: str, kind: str, op: str, values: SearchStrategy[Any]) -> SearchStrategy[Json]:
    if op in ("is_set", "is_not_set"):
        return st.just({"field": name, "op": op})
    if op in ("contains", "starts_with"):
        value: SearchStrategy[Any] = st.sampled_from(_DIGITS if kind == "phone" else _FRAGMENTS)
    elif op in ("within_last", "older_than"):
        units = ("day", "week", "month", "year") + (() if kind == "date" else ("minute", "hour"))
        n = st.sampled_from((1, 2, 12, 24, 30, 365, 1_000_000))
        value = st.fixed_dictionaries({"n": n, "unit": st.sampled_from(units)})
    elif op == "between":
        value = st.tuples(values, values).map(sorted)
    elif op in ("in", "not_in", "any_of", "all_of", "none_of"):
        value = st.lists(values, min_size=1, max_size=3)
    else:
        value = values
    return value.map(lambda found: {"field": name, "op": op, "value": found})


def _values(name: str, kind: str, village: Village, teams: list[str]) -> SearchStrategy[Any]:
    key = name.removeprefix("custom.")
    options = village.options.get(key, {})
    moments = [moment.isoformat() for moment in pools.MOMENTS]
    found: dict[str, Any] = {
        "text": [text for text in (*pools.TEXTS, *pools.NAMES) if _is_term(text)],
        "url": pools.SITES,
        "email": (*pools.EMAILS, "nobody@example.org"),
        "phone": (*pools.PHONES, "+4915112345678"),
        "tags": (*pools.TAGS, *village.tag_ids.values(), "unheard of"),
        "teams": teams,
        "user": ("me", *village.users),
        "status": pools.STATUSES,
        "channel": (*pools.CHANNELS, "api", "WhatsApp"),
        "number": (*pools.NUMBERS, 3),
        "date": pools.DAYS,
        "datetime": (*moments, *(day for day in pools.DAYS if "0001" < day[:4] < "9999")),
        "boolean": (True, False),
        "select": (*options, *options.values(), "GÓLD"),
        "multiselect": (*options, *options.values()),
    }
    return st.sampled_from(found[kind])


def _is_term(text: str) -> bool:
    return len(text) <= 200 and text.isprintable() and text != "\u0301"
