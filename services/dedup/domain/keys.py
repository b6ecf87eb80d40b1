"""Keys under which customers who may be one person meet, so that nobody is compared with everybody.

Clue keys are at least 0, name keys below 0: a full scan reads clue keys only, because names alone make no
suggestion, and because thousands of people share the common ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from hashlib import blake2b
from string import ascii_lowercase
from typing import Final

from services.dedup.domain import emails, phones
from services.dedup.domain.facts import LINE, Facts
from services.dedup.domain.frequent import is_frequent
from services.dedup.domain.names import Name, read_name
from services.dedup.domain.nicknames import formal_names
from services.dedup.domain.words import sound

# A customer with many addresses is met under the first of them.
MAX_KEYS: Final = 200
_MAX_LINES: Final = 8
_MAX_EMAILS: Final = 8
_MAX_NAME_PIECES: Final = 16
_POSITIVE: Final = (1 << 63) - 1
_SPREAD: Final = 0x9E3779B97F4A7C15  # odd: two numbers never get one key


def clue_keys(facts: Facts) -> list[int]:
    """Sorted, each once. Two customers that `compare` finds alike share one, but for the rarest shapes."""
    texts = {*_of_identities(facts), *_of_emails(facts)}
    return sorted({*(_hashed(text) for text in texts), *_of_lines(facts)})[:MAX_KEYS]


def name_keys(name: str) -> list[int]:
    """Sorted, all below 0. For the check while somebody types, which shows similar names without a clue."""
    return sorted({-1 - _hashed(f"name {piece}") for piece in _pieces(read_name(name))})


def name_marks(name: str) -> int:
    """64 bits: how the words begin. Names that are alike have one in common; 0 for nobody's name."""
    marks = 0
    for word in read_name(name).words:
        marks |= _marks(word)
    return marks


@lru_cache(maxsize=65_536)
def _marks(word: str) -> int:
    """An initial may be the beginning of anything: it has the marks of all that begin like it."""
    marks = 0
    for spoken in _spoken(word):
        for second in spoken[1:2] or ascii_lowercase:
            marks |= 1 << (ord(spoken[0]) * 31 + ord(second)) % 64
    return marks


def _of_identities(facts: Facts) -> Iterator[str]:
    for point in facts.points:
        if point.space != LINE or ";" in point.value:
            yield f"identity {point.space} {point.value}"


def _of_lines(facts: Facts) -> Iterator[int]:
    """Digits are numbers already, which a factor spreads: for most customers half of all keys."""
    for line in facts.lines[:_MAX_LINES]:
        for digits in phones.neighbourhood(line):
            yield int(f"1{digits}") * _SPREAD & _POSITIVE


def _of_emails(facts: Facts) -> Iterator[str]:
    pieces = _pieces(facts.read_name)
    for email in facts.emails[:_MAX_EMAILS]:
        if email.company:
            for piece in pieces:
                yield f"company {email.company} {piece}"
        for local in emails.neighbourhood(email):
            yield f"local {local}"
        if email.local and not any(is_frequent(w) for w in facts.read_name.words if w in email.stem):
            yield f"stem {email.stem}"


@lru_cache(maxsize=65_536)
def _pieces(name: Name) -> tuple[str, ...]:
    """Each word of the name with the initial of another: a slip in either leaves the other piece.

    A name of one word is a piece by itself; a short name stands for its formal ones too.
    """
    if len(name.words) == 1:
        return tuple(sorted(_spoken(name.words[0])))
    found: dict[str, None] = {}
    spoken = [_spoken(word) for word in name.words]
    for place, word in enumerate(name.words):
        initials = [each[0] for other in (*spoken[:place], *spoken[place + 1 :]) for each in other]
        if len(word) > 1:
            found.update(dict.fromkeys(f"{x} {y}" for y in initials for x in spoken[place]))
    return tuple(found)[:_MAX_NAME_PIECES]


@lru_cache(maxsize=65_536)
def _spoken(word: str) -> tuple[str, ...]:
    """Each once, in an order that every process has: of long names the first pieces count."""
    return tuple(dict.fromkeys(sound(each) or each for each in (word, *sorted(formal_names(word))[:3])))


def _hashed(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big") & _POSITIVE
