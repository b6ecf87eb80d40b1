"""A search finds whom the rule means: SQL against a plain reading of it over the same customers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from servicekit.errors import Invalid
from servicekit.text import folded
from services.customers.registry.domain.entries import found_by
from services.customers.search.domain.query import Query, Word, read_query
from services.customers.tests.world import World, contact

Json = dict[str, Any]

NAMES = [
    "Maria da Silva", "MARIA SILVA", "Ana María", "João", "Joao da Silva", "JOÃO 98765", "Søren Ångström",
    "Müller-Straße", "Łukasz Żak", "Αλέξανδρος Παππάς", "Владимир Ёлкин", "محمد علي", "王小明", "田中 太郎",
    "김철수", "नरेन्द्र मोदी", "สมชาย ใจดี", "İbrahim Işık", "ﬁona Ⅷ", "O'Brien", "100% Wool", "a_b",
    "back\\slash", "😀 Happy", "x", "m s", "Nguyễn Văn",
]  # fmt: skip
PHONES = [
    "+5511987654321", "+5511987654322", "+551133334444", "+5521998765432", "+5491123456789", "+525512345678",
    "+4930123456", "+551133334444;ext=12",
]  # fmt: skip
EMAILS = [
    "maria@example.com",
    "Ana.Maria+x@bücher.example",
    "joão@exämple.de",
    "98765@digits.com",
    "a_b@x.com",
]
TAGS = ["VIP", "vip gold", "Cliente Novo", "98765", "100%", "Ação", "m"]
SEEDS = [*NAMES, *PHONES, *EMAILS, *TAGS]


@dataclass(frozen=True, slots=True)
class Row:
    id: str
    name: str
    entries: tuple[str, ...]
    tags: tuple[str, ...]
    lines: frozenset[str]
    shown_to_agents: bool


def populated(world: World, agent: Json) -> list[Row]:
    for number, name in enumerate(NAMES):
        data: Json = {"name": name, "tags": [TAGS[n] for n in range(len(TAGS)) if number % (n + 2) == 0]}
        if number < len(PHONES):
            data["phone"] = PHONES[number].replace(";ext=", " ramal ")
        if number % 5 == 0 and number // 5 < len(EMAILS):
            data["email"] = EMAILS[number // 5]
        world.create(agent if number % 2 else None, **data)
    return _rows(world)


def _rows(world: World) -> list[Row]:
    points: dict[str, list[Any]] = {}
    for p in world.rows("SELECT customer_id, kind, value, space, identity FROM contact_point"):
        points.setdefault(str(p.customer_id), []).append(contact(p))
    team = world.teams["sales"]
    return [
        Row(
            id=customer["id"],
            name=folded(customer["name"]),
            entries=tuple(e for p in points.get(customer["id"], ()) for e in found_by(p).split()),
            tags=tuple(map(folded, customer["tags"])),
            lines=frozenset(p.identity.value.removeprefix("+") for p in points.get(customer["id"], ())),
            shown_to_agents=team in customer["teams"],
        )
        for customer in world.service.list_customers(world.admin, 200)["data"]
    ]


def holds(text: str, word: Word) -> bool:
    return any(w.startswith(word.text) for w in text.split()) if word.begins else word.text in text


def meant(query: Query, rows: list[Row], *, masked: bool) -> list[Row]:
    if masked:
        return [row for row in rows if all(_matches(row, word, masked=True) for word in query.words)]
    if held := [row for row in rows if row.lines & set(query.lines)]:
        return held
    return [
        row
        for row in rows
        if all(_matches(row, word, masked=False) for word in query.words)
        or any(number in text for number in query.numbers for text in (row.name, *row.entries))
    ]


def _matches(row: Row, word: Word, *, masked: bool) -> bool:
    texts = [row.name, *(() if masked else row.entries)]
    by_number = word.number is not None and any(word.number in text for text in texts)
    return any(holds(text, word) for text in (*texts, *row.tags)) or (by_number and not masked)


def rank(query: Query, row: Row, *, masked: bool) -> int:
    texts = [row.name, *(() if masked else row.entries)]
    if query.whole in texts or (not masked and set(query.lines) & set(texts)):
        return 0
    begins = (query.whole, *(() if masked else query.numbers))
    return 1 if any(text.startswith(begins) for text in texts) else 2


@st.composite
def fragments(draw: st.DrawFn) -> str:
    seed = draw(st.sampled_from(SEEDS))
    start = draw(st.integers(0, len(seed) - 1))
    part = seed[start : start + draw(st.integers(1, len(seed)))]
    change = draw(st.sampled_from([str, str.upper, str.lower, _spaced, _bracketed, _at_home]))
    return change(part)


def _spaced(text: str) -> str:
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


def _at_home(text: str) -> str:
    return text.replace("+55", "0")


def _bracketed(text: str) -> str:
    return f"({text[:2]}) {text[2:]}"


queries = st.one_of(
    st.lists(fragments(), min_size=1, max_size=3).map(" ".join),
    st.sampled_from(SEEDS),
    st.text(max_size=6),
    st.from_regex(r"[\d ()+./-]{1,14}", fullmatch=True),
)


def test_a_search_finds_whom_the_rule_means_in_its_order(world: World) -> None:
    agent = world.agent("ana", "sales")
    rows = populated(world, agent)
    theirs = [row for row in rows if row.shown_to_agents]

    @settings(max_examples=60, deadline=None)
    @given(queries)
    def check(q: str) -> None:
        _compare(world, world.admin, q, rows, masked=False)
        _compare(world, agent, q, theirs, masked=masked)

    for masked in (False, True):
        world.set(hide_contact_data=masked)
        check()


def _compare(world: World, scope: Json, q: str, rows: list[Row], *, masked: bool) -> None:
    try:
        query = read_query(q, default_region="BR")
    except Invalid:
        return
    answer = world.service.list_customers(scope, 200, q=q, include_total=True)
    found = [customer["id"] for customer in answer["data"]]
    if query is None:
        assert sorted(found) == sorted(row.id for row in rows)
        return
    expected = sorted(meant(query, rows, masked=masked), key=lambda r: (rank(query, r, masked=masked), r.id))
    assert found == [row.id for row in expected]
    assert answer["total"]["value"] == len(found)
    by_name = world.service.list_customers(scope, 200, q=q, sort="name")["data"]
    assert sorted(customer["id"] for customer in by_name) == sorted(found)
