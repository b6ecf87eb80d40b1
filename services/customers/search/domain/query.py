"""What somebody means by the words they type into a search box."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from identity import digits_of, line_candidates
from identity.text import plain
from servicekit.errors import Invalid
from servicekit.text import folded

LONGEST: Final = 200
MAX_WORDS: Final = 8
# Shorter words match beginnings of words only: inside of words they would be everywhere.
SHORTEST_INSIDE: Final = 3
FEWEST_DIGITS: Final = 4
# No storable text has them, so PostgreSQL refuses to compare with them.
_REFUSED = re.compile("[\x00\ud800-\udfff]")
_THREE = re.compile(r"[^\W_]{3}")
_NUMBER = re.compile(r"[\d\s+()./~-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Word:
    """It must match somewhere: a tag's name, or what the customer is found by. `number` is the word as a
    number is kept, if it is one that is written otherwise."""

    text: str
    number: str | None = None

    @property
    def begins(self) -> bool:
        """Whether it matches only where a word begins."""
        return len(self.text) < SHORTEST_INSIDE

    @property
    def has_index(self) -> bool:
        """Whether an index of three characters in a row, which holds letters and digits only, knows it."""
        return self.begins or self.number is not None or bool(_THREE.search(self.text))


@dataclass(frozen=True, slots=True)
class Query:
    """Every word must match, or one of the numbers: digits of a line, in the order in which lines have them.

    `lines` are those among the numbers that are complete.
    """

    whole: str
    words: tuple[Word, ...]
    numbers: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()


def read_query(q: Any, *, default_region: str, pointer: str = "/q") -> Query | None:
    """None for a query without a word: it asks for everybody. Raises Invalid."""
    if q is None:
        return None
    if not isinstance(q, str) or _REFUSED.search(q):
        raise Invalid.at(pointer, "invalid_query", "a text is needed, without control characters")
    if len(q) > LONGEST:
        raise Invalid.at(pointer, "too_long", f"at most {LONGEST} characters")
    words = folded(q).split()
    if len(words) > MAX_WORDS:
        raise Invalid.at(pointer, "too_many_words", f"at most {MAX_WORDS} words")
    if not words:
        return None
    lines = _lines(q, default_region)
    numbers = tuple(dict.fromkeys((*_fragments(plain(q)), *lines)))
    read = tuple(Word(word, _number(word)) for word in dict.fromkeys(words))
    return Query(" ".join(words), read, numbers, lines)


def _lines(q: str, region: str) -> tuple[str, ...]:
    if len(digits_of(q)) < FEWEST_DIGITS:
        return ()
    return tuple(digits_of(line) for line in line_candidates(q, default_region=region))


def _fragments(q: str) -> list[str]:
    """What lines hold of a number, complete or not; also without the zeros that are dialled before it."""
    digits = digits_of(q)
    if not _NUMBER.fullmatch(q) or len(digits) < FEWEST_DIGITS:
        return []
    undialled = digits.lstrip("0")
    return [digits, undialled] if FEWEST_DIGITS <= len(undialled) < len(digits) else [digits]


def _number(word: str) -> str | None:
    digits = digits_of(word)
    is_one = word != digits and len(digits) >= FEWEST_DIGITS and _NUMBER.fullmatch(plain(word))
    return digits if is_one else None
