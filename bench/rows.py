"""From made-up people to the rows that the service itself would have written. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any
from uuid import UUID

import orjson

from bench.people import Person, uuid7
from servicekit.text import folded
from services.customers.fields.domain.searchable import searchable
from services.customers.registry.domain.entries import found_by, search_text

SOURCE = "/channels/whatsapp/bench-history"
PLAN_FIELD, INTERESTS_FIELD, CITY_FIELD, TERMS_FIELD = (
    "bench_plan", "bench_interests", "bench_city", "bench_terms",
)  # fmt: skip
FIELDS = {
    PLAN_FIELD: "select",
    INTERESTS_FIELD: "multiselect",
    "bench_score": "number",
    "bench_birthday": "date",
    CITY_FIELD: "text",
    TERMS_FIELD: "boolean",
}

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The ids that people's indexes stand for."""

    teams: Sequence[UUID]
    assignees: Sequence[UUID]
    tags: Sequence[int]
    plans: Sequence[int]
    interests: Sequence[int]


def copy_text(everyone: Sequence[Person], words: Vocabulary) -> dict[str, bytes]:
    """For each table, in an order that suits foreign keys, what COPY reads."""
    return {
        table: "".join(map(_line, (row for who in everyone for row in rows(who, words)))).encode()
        for table, rows in _TABLES.items()
    }


def _customer(who: Person, words: Vocabulary) -> Iterator[Row]:
    custom = {f"bench_{name}": value for name, value in who.values.items()}
    yield (
        who.id, who.id, who.name, "import", folded(who.name), who.status, who.channel,
        None if who.assignee is None else words.assignees[who.assignee % len(words.assignees)],
        _array(sorted(words.teams[t] for t in who.teams)), _array(sorted(words.tags[t] for t in who.tags)),
        _array(sorted(_options(who, words))), _json(custom), _json(searchable(custom)),
        who.created_at, who.updated_at,
    )  # fmt: skip


def _options(who: Person, words: Vocabulary) -> list[int]:
    plan = [] if who.plan is None else [words.plans[who.plan]]
    return plan + [words.interests[i] for i in who.interests]


def _activity(who: Person, words: Vocabulary) -> Iterator[Row]:
    yield who.id, who.conversations[-1] if who.conversations else None, len(who.conversations)


def _points(who: Person, words: Vocabulary) -> Iterator[Row]:
    dice = Random(who.id.int)
    for point in who.points:
        scope = point.identity.space.partition(":")[2]
        yield (
            uuid7(who.created_at, dice), who.id, who.id, point.kind, point.value, point.raw, scope, True,
            point.identity.space, point.identity.value, found_by(point), who.created_at,
        )  # fmt: skip


def _search(who: Person, words: Vocabulary) -> Iterator[Row]:
    name = folded(who.name)
    teams, tags = sorted(words.teams[t] for t in who.teams), sorted(words.tags[t] for t in who.tags)
    yield who.id, _array(teams), _array(tags), name, search_text(name, map(found_by, who.points))


def _keys(who: Person, words: Vocabulary) -> Iterator[Row]:
    for identity in dict.fromkeys(point.identity for point in who.points):
        yield identity.space, identity.value


def _holders(who: Person, words: Vocabulary) -> Iterator[Row]:
    for space, value in _keys(who, words):
        yield space, value, 0, who.id


def _interactions(who: Person, words: Vocabulary) -> Iterator[Row]:
    dice = Random(who.id.int + 1)
    team = words.teams[who.teams[0]] if who.teams else None
    for number, at in enumerate(who.conversations):
        yield (
            uuid7(at, dice), who.id, "conversation", SOURCE, f"{who.id}-{number}", at, "whatsapp", team,
            "open",
        )  # fmt: skip


def _counts(who: Person, words: Vocabulary) -> Iterator[Row]:
    if who.conversations:
        team = words.teams[who.teams[0]] if who.teams else UUID(int=0)
        yield who.id, "conversation", team, "", len(who.conversations)


_TABLES: dict[str, Callable[[Person, Vocabulary], Iterable[Row]]] = {
    "customer (id, root_id, name, name_source, name_search, status, channel, assignee_id, team_ids, tag_ids,"
    " opt_ids, custom, custom_search, created_at, updated_at)": _customer,
    "customer_activity (customer_id, last_at, conversations)": _activity,
    "contact_point (id, customer_id, root_id, kind, value, raw, scope, is_primary, space, identity, search,"
    " created_at)": _points,
    "customer_search (customer_id, team_ids, tag_ids, name_search, text)": _search,
    "identity_key (space, value)": _keys,
    "identity_holder (space, value, slot, customer_id)": _holders,
    "interaction (id, customer_id, kind, source, external_id, at, channel, team_id, status)": _interactions,
    "history_count (customer_id, kind, team_id, currency, items)": _counts,
}
TABLES = tuple(target.partition(" ")[0] for target in _TABLES)


def _array(values: Iterable[object]) -> str:
    return "{" + ",".join(map(str, values)) + "}"


def _json(value: object) -> str:
    return orjson.dumps(value).decode()


def _line(row: Row) -> str:
    return "\t".join(map(_cell, row)) + "\n"


def _cell(value: object) -> str:
    if value is None:
        return r"\N"
    text = str(value)
    return text.replace("\\", r"\\").replace("\n", r"\n") if "\\" in text or "\n" in text else text
