"""The questions that are measured at scale: what a front-end asks, and what somebody would write by hand.

`by_hand` is a condition over the customer row `c`; it is measured as a walk in order and as gathering all
that match, and the quicker one counts: what an expert would do who knows the data.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import psycopg

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shape:
    """One question. `asked` are arguments of list_customers."""

    name: str
    asked: Mapping[str, Any]
    by_hand: str = "true"
    sort: str = "-created_at"

    @property
    def arguments(self) -> Json:
        """As the service is called."""
        searched = "q" in self.asked and self.sort == "relevance"
        return {**self.asked, **({} if searched else {"sort": self.sort})}


def _leaf(field: str, op: str, value: Any = None) -> Json:
    return {"field": field, "op": op, **({} if value is None else {"value": value})}


def _filtered(name: str, leaf: Json, by_hand: str, sort: str = "-created_at") -> Shape:
    return Shape(name, {"filter": leaf}, by_hand, sort)


def _searched(name: str, q: str, *patterns: str, sort: str = "relevance") -> Shape:
    return Shape(name, {"q": q}, " AND ".join(f"s.text LIKE '%{each}%'" for each in patterns), sort)


_PLAN, _SCORE, _BIRTHDAY = "custom.bench_plan", "custom.bench_score", "custom.bench_birthday"
_NUMBER: Final = "(c.custom->>'bench_score')::numeric"
_DATE: Final = "(c.custom->>'bench_birthday') COLLATE \"C\""
_VIP, _LEAD, _RARE = "vip 1", "lead 1", "gamer 200"
_INACTIVE = _leaf("status", "eq", "inactive")
_WEEK = _leaf("created_at", "between", ["2023-01-02", "2023-01-08"])
_IN_WEEK = "c.created_at >= '2023-01-02' AND c.created_at < '2023-01-09'"

SHAPES: Final = (
    *(
        Shape(f"all by {s}", {}, sort=s)
        for s in ("-created_at", "name", "updated_at", "-last_interaction_at")
    ),
    Shape("all by number", {}, f"{_NUMBER} IS NOT NULL", f"-{_SCORE}"),
    Shape("all, total", {"include_total": True}),
    _filtered("tag common", _leaf("tags", "any_of", [_VIP]), "c.tag_ids && ARRAY[{vip 1}]"),
    _filtered("tag rare", _leaf("tags", "any_of", [_RARE]), "c.tag_ids && ARRAY[{gamer 200}]"),
    _filtered("tags all", _leaf("tags", "all_of", [_VIP, _LEAD]), "c.tag_ids @> ARRAY[{vip 1},{lead 1}]"),
    _filtered("tags none", _leaf("tags", "none_of", [_VIP]), "NOT c.tag_ids && ARRAY[{vip 1}]"),
    _filtered("tag common by name", _leaf("tags", "any_of", [_VIP]), "c.tag_ids && ARRAY[{vip 1}]", "name"),
    _filtered("option common", _leaf(_PLAN, "eq", "Free"), "c.opt_ids && ARRAY[{Free}]"),
    _filtered("option rare", _leaf(_PLAN, "eq", "Diamond"), "c.opt_ids && ARRAY[{Diamond}]", "name"),
    _filtered("option none", _leaf(_PLAN, "not_in", ["Free"]), "NOT c.opt_ids && ARRAY[{Free}]"),
    _filtered(
        "option none by activity",
        _leaf(_PLAN, "not_in", ["Free"]),
        "NOT c.opt_ids && ARRAY[{Free}]",
        "-last_interaction_at",
    ),
    _filtered("status", _INACTIVE, "c.status = 'inactive'"),
    _filtered(
        "status by number", _INACTIVE, f"c.status = 'inactive' AND {_NUMBER} IS NOT NULL", f"-{_SCORE}"
    ),
    _filtered("channel", _leaf("channel", "eq", "phone"), "c.channel = 'phone'", "name"),
    _filtered("unassigned", _leaf("assignee", "is_not_set"), "c.assignee_id IS NULL"),
    _filtered("created in a week", _WEEK, _IN_WEEK),
    _filtered("created in a week by activity", _WEEK, _IN_WEEK, "-last_interaction_at"),
    _filtered(
        "active lately, by name",
        _leaf("last_interaction_at", "gte", "2026-05-01"),
        "EXISTS (SELECT FROM customer_activity x WHERE x.customer_id = c.id AND x.last_at >= '2026-05-01')",
        "name",
    ),
    _filtered("number range", _leaf(_SCORE, "between", [100, 110]), f"{_NUMBER} BETWEEN 100 AND 110"),
    _filtered("number range wide", _leaf(_SCORE, "lte", 800), f"{_NUMBER} <= 800", "-last_interaction_at"),
    _filtered(
        "date range by name",
        _leaf(_BIRTHDAY, "between", ["1980-01-01", "1980-01-31"]),
        f"{_DATE} BETWEEN '1980-01-01' AND '1980-01-31'",
        "name",
    ),
    _filtered(
        "text contains",
        _leaf("custom.bench_city", "contains", "Zürich 5"),
        "c.custom_search->>'bench_city' LIKE '%zurich 5%'",
    ),
    _filtered(
        "text equals",
        _leaf("custom.bench_city", "eq", "Zürich 5"),
        """c.custom_search @> '{{"bench_city": "zurich 5"}}'""",
    ),
    _filtered(
        "flag", _leaf("custom.bench_terms", "eq", False), """c.custom_search @> '{{"bench_terms": false}}'"""
    ),
    _filtered("name contains", _leaf("name", "contains", "novak"), "s.name_search LIKE '%novak%'"),
    _filtered(
        "e-mail starts", _leaf("email", "starts_with", "maria.silva12"), "s.text LIKE '%\nmaria.silva12%'"
    ),
    _filtered("phone contains", _leaf("phone", "contains", "800012"), "s.text LIKE '%800012%'"),
    _filtered(
        "three at once",
        {"and": [_leaf("tags", "any_of", [_LEAD]), _INACTIVE, _leaf(_SCORE, "gt", 500)]},
        f"c.tag_ids && ARRAY[{{lead 1}}] AND c.status = 'inactive' AND {_NUMBER} > 500",
    ),
    _filtered(
        "either",
        {"or": [_leaf("tags", "any_of", [_RARE]), _leaf("status", "eq", "blocked")]},
        "(c.tag_ids && ARRAY[{gamer 200}] OR c.status = 'blocked')",
    ),
    Shape(
        "tag common, total",
        {"filter": _leaf("tags", "any_of", [_VIP]), "include_total": True},
        "c.tag_ids && ARRAY[{vip 1}]",
    ),
    _searched("search common", "silva", "silva"),
    _searched("search common by name", "silva", "silva", sort="name"),
    _searched("search rare", "kőszegi", "koszegi"),
    _searched("search two words", "maria santos", "maria", "santos"),
    _searched("search two letters", "jo", "\njo"),
    _searched("search Cyrillic", "Шевченко", "шевченко"),
    _searched("search Chinese", "王伟", "\n王伟"),
    _searched("search four digits", "0012", "0012"),
    _searched("search eight digits", "80000123", "80000123"),
    _searched("search a number", "+55 11 98000-0123", "5511980000123"),
    _searched("search an address", "maria.silva123", "maria.silva123"),
    _searched("search nobody", "qwxyzk", "qwxyzk"),
)

_ORDERS: Final = {
    "created_at": ("c.created_at", "c.id", "customer c"),
    "updated_at": ("c.updated_at", "c.id", "customer c"),
    "name": ("c.name_search", "c.id", "customer c"),
    "last_interaction_at": (
        "a.last_at",
        "a.customer_id",
        "customer_activity a JOIN customer c ON c.id = a.customer_id",
    ),
    _SCORE: (_NUMBER, "c.id", "customer c"),
    "relevance": (
        "a.last_at",
        "a.customer_id",
        "customer c JOIN customer_activity a ON a.customer_id = c.id",
    ),
}


_TOTAL: Final = "; SELECT count(*) FROM (SELECT {matching} LIMIT 10001) counted"


def statements(shape: Shape, teams: list[str], numbers: Mapping[str, int]) -> Iterator[str]:
    """What somebody would write by hand for the first page: a walk in order, and gathering first; with the
    total, where the product is asked for it."""
    key, id_, source = _ORDERS[shape.sort.removeprefix("-")]
    downwards = shape.sort.startswith("-") or shape.sort == "relevance"
    direction = " DESC" if downwards else ""
    nulls = " NULLS LAST" if downwards and key == "a.last_at" else ""
    searched = "s." in shape.by_hand
    source += " JOIN customer_search s ON s.customer_id = c.id" if searched else ""
    team = f"{'s' if searched else 'c'}.team_ids && '{{{{{teams[0]}}}}}'::uuid[] AND " if teams else ""
    matching = f"FROM {source} WHERE c.live AND {team}{shape.by_hand}".format(**_Numbers(numbers))
    bound = " LIMIT 1000" if shape.sort == "relevance" else ""
    total = _TOTAL.format(matching=matching) if "include_total" in shape.asked else ""
    if not bound:
        yield f"SELECT c.* {matching} ORDER BY {key}{direction}{nulls}, {id_}{direction} LIMIT 51{total}"
    if shape.by_hand == "true":
        return  # nobody would gather everybody
    gathered = f"WITH every AS MATERIALIZED (SELECT {key} AS key, {id_} AS id {matching}{bound})"
    picked = f"SELECT * FROM every ORDER BY key{direction}{nulls}, id{direction} LIMIT 51"
    yield f"{gathered} SELECT c.* FROM ({picked}) picked JOIN customer c USING (id){total}"


class _Numbers(dict[str, int]):
    """So that a name without a number says which."""

    def __missing__(self, name: str) -> int:
        raise LookupError(f"nothing is called {name!r}")


def numbers_of(connection: psycopg.Connection) -> dict[str, int]:
    """The numbers of tags and options by name, as rows hold them."""
    rows = connection.execute("SELECT name, id FROM tag UNION ALL SELECT label, id FROM custom_option")
    return dict(rows.fetchall())
