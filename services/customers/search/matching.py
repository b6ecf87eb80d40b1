"""The one place where a quick search becomes SQL, over the row `s` of customer_search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection, text

from services.customers.search.domain.entries import BETWEEN
from services.customers.search.domain.query import Query, Word

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


@dataclass(frozen=True, slots=True)
class Match:
    """`condition` holds for whom the words mean, `prefix` for those of them whose name begins with all of
    them; `rank` is the smaller the better. Parameters are named q…"""

    condition: str
    prefix: str
    rank: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


def to_match(connection: Connection, query: Query, *, masked: bool) -> Match:
    """With contact data hidden, names and tags are all that the condition and the rank look at."""
    tags = _tags(connection, query.words)
    column, parameters = ("s.name_search" if masked else "s.text"), dict[str, Any]()

    def holds(pattern: str) -> str:
        name = f"q{len(parameters)}"
        parameters[name] = pattern
        return f"{column} LIKE :{name}"

    def matches(position: int, word: Word) -> str:
        alternatives = [holds(pattern) for pattern in _patterns(word, masked=masked)]
        if position in tags:
            parameters[f"q_tags{position}"] = tags[position]
            alternatives.append(f"s.tag_ids && CAST(:q_tags{position} AS integer[])")
        return f"({' OR '.join(alternatives)})"

    condition = " AND ".join(matches(position, word) for position, word in enumerate(query.words))
    if not masked:
        numbers = [holds(f"%{number}%") for number in query.numbers]
        condition = f"({' OR '.join([condition, *numbers])})"
    parameters |= {"q_prefix": f"{literal(query.whole)}%", **_ranked(query, masked=masked)}
    rank = _RANK_OF_NAME if masked else _RANK
    return Match(condition, "s.name_search LIKE :q_prefix", rank, parameters)


def literal(words: str) -> str:
    """For LIKE: what people type stands for itself."""
    return words.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


_RANK_OF_NAME: Final = f"""CASE WHEN s.name_search = :q_whole THEN {EXACT}
    WHEN starts_with(s.name_search, :q_whole) THEN {PREFIX} ELSE {INSIDE} END"""

# Every entry stands between line ends: whole ones are exact matches, beginnings are prefixes.
_RANK: Final = f"""CASE
    WHEN EXISTS (SELECT FROM unnest(CAST(:q_exact AS text[])) e WHERE strpos(s.text, e) > 0) THEN {EXACT}
    WHEN EXISTS (SELECT FROM unnest(CAST(:q_begins AS text[])) e WHERE strpos(s.text, e) > 0) THEN {PREFIX}
    ELSE {INSIDE} END"""


def _ranked(query: Query, *, masked: bool) -> dict[str, Any]:
    if masked:
        return {"q_whole": query.whole}
    begins = [f"{BETWEEN}{entry}" for entry in dict.fromkeys((query.whole, *query.numbers))]
    exact = [f"{BETWEEN}{entry}{BETWEEN}" for entry in dict.fromkeys((query.whole, *query.lines))]
    return {"q_begins": begins, "q_exact": exact}


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
