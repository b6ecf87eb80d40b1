"""The one place where a quick search becomes SQL, over the row `s` of customer_search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, text

from servicekit.scope import Scope
from services.customers.patterns import literal
from services.customers.registry.domain.entries import BETWEEN
from services.customers.search.domain.query import Query, Word
from services.customers.visibility import searchable, visibility_parameters

# Of a joined tag the name is that of the tag it was joined to; a deleted one has none.
_TAGS = text("""
    SELECT w.position, array_agg(DISTINCT t.id ORDER BY t.id) AS numbers
    FROM unnest(CAST(:positions AS integer[]), CAST(:patterns AS text[])) AS w (position, pattern)
    JOIN tag shown ON shown.deleted_at IS NULL AND shown.joined_to IS NULL
                      AND shown.name_folded LIKE w.pattern
    JOIN tag t ON coalesce(t.joined_to, t.id) = shown.id
    GROUP BY w.position""")

EXACT: Final = 0
PREFIX: Final = 1
INSIDE: Final = 2


_MOST_HOLDERS: Final = 200


@dataclass(frozen=True, slots=True)
class Match:
    """`condition` holds for whom the words mean, `prefix` for those of them whose name begins with all of
    them; ranks are the smaller the better. Parameters are named q…

    `holders`: those whom the words mean, where that is known by their ids; `prefix` holds for all of them.
    """

    condition: str
    prefix: str
    rank: str
    rank_of_prefix: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    holders: Sequence[UUID] = ()


def to_match(connection: Connection, query: Query, *, scope: Scope, masked: bool) -> Match:
    """With contact data hidden, names and tags are all that the condition and the rank look at."""
    writer = _Writer("s.name_search" if masked else "s.text")
    if holders := () if masked else _holders(connection, query.lines, scope):
        condition = prefix = f"s.customer_id = ANY(CAST({writer.add(holders)} AS uuid[]))"
    else:
        tags = _tags(connection, query.words)
        some_have_index = any(word.has_index for word in query.words)
        words = [
            _word(writer, word, tags.get(at), masked=masked, compared=some_have_index and not word.has_index)
            for at, word in enumerate(query.words)
        ]
        numbers = () if masked else query.numbers
        alternatives = [" AND ".join(words), *(writer.like(f"%{number}%") for number in numbers)]
        condition = f"({' OR '.join(alternatives)})"
        prefix = f"s.name_search LIKE {writer.add(f'{literal(query.whole)}%')}"
    name = writer.add(query.whole)
    rank_of_prefix = f"CASE WHEN s.name_search = {name} THEN {EXACT} ELSE {PREFIX} END"
    rank = _rank_of_name(name) if masked else _rank(writer, query)
    if holders:
        return Match(condition, prefix, rank, rank, writer.parameters, holders)
    return Match(condition, prefix, rank, rank_of_prefix, writer.parameters)


class _Writer:
    """Names parameters in the order in which they are added."""

    def __init__(self, column: str) -> None:
        self.column = column
        self.parameters: dict[str, Any] = {}

    def add(self, value: Any) -> str:
        name = f"q{len(self.parameters)}"
        self.parameters[name] = value
        return f":{name}"

    def holds(self, part: str) -> str:
        return f"strpos({self.column}, {self.add(part)}) > 0"

    def like(self, pattern: str) -> str:
        return f"{self.column} LIKE {self.add(pattern)}"


def _word(writer: _Writer, word: Word, tags: Sequence[int] | None, *, masked: bool, compared: bool) -> str:
    """`compared`: without the index, which would hold "+55" to mean everybody with a 55."""
    patterns = _patterns(word, masked=masked)
    alternatives = [writer.holds(word.text)] if compared else [writer.like(each) for each in patterns]
    if tags:
        alternatives.append(f"s.tag_ids && CAST({writer.add(tags)} AS integer[])")
    return f"({' OR '.join(alternatives)})"


def _rank_of_name(name: str) -> str:
    return f"""CASE WHEN s.name_search = {name} THEN {EXACT}
        WHEN starts_with(s.name_search, {name}) THEN {PREFIX} ELSE {INSIDE} END"""


def _rank(writer: _Writer, query: Query) -> str:
    """Every entry stands between line ends: whole ones are exact matches, beginnings are prefixes."""
    exact = [f"{BETWEEN}{entry}{BETWEEN}" for entry in dict.fromkeys((query.whole, *query.lines))]
    begins = [f"{BETWEEN}{entry}" for entry in dict.fromkeys((query.whole, *query.numbers))]
    return f"""CASE WHEN {_holds(writer, exact)} THEN {EXACT}
        WHEN {_holds(writer, begins)} THEN {PREFIX} ELSE {INSIDE} END"""


def _holds(writer: _Writer, entries: Sequence[str]) -> str:
    return " OR ".join(f"strpos(s.text, {writer.add(entry)}) > 0" for entry in entries)


def _holders(connection: Connection, lines: Sequence[str], scope: Scope) -> list[UUID]:
    """Visible customers who have one of these lines: then nobody else is meant."""
    if not lines:
        return []
    statement = f"""
        SELECT DISTINCT s.customer_id FROM identity_holder h
        JOIN customer_search s ON s.customer_id = h.customer_id
        WHERE h.space = 'line' AND h.value = ANY(CAST(:lines AS text[])) AND {searchable(scope)}
        LIMIT :most"""
    held = [f"+{line}" for line in lines]
    parameters = {"lines": held, "most": _MOST_HOLDERS, **visibility_parameters(scope)}
    return list(connection.execute(text(statement), parameters).scalars())


def _patterns(word: Word, *, masked: bool) -> list[str]:
    escaped = literal(word.text)
    if word.begins:
        return [f"{escaped}%" if masked else f"%{BETWEEN}{escaped}%", f"% {escaped}%"]
    number = [] if masked or word.number is None else [f"%{word.number}%"]
    return [f"%{escaped}%", *number]


def _tags(connection: Connection, words: Sequence[Word]) -> dict[int, list[int]]:
    """The numbers of the tags whose names hold each word."""
    named = [(at, pattern) for at, word in enumerate(words) for pattern in _patterns(word, masked=True)]
    positions, patterns = zip(*named, strict=True)
    rows = connection.execute(_TAGS, {"positions": list(positions), "patterns": list(patterns)})
    return {row.position: row.numbers for row in rows}
