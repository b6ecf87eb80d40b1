"""Names of people, however they were written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from anyascii import anyascii

from identity import is_contact_like
from services.dedup.domain.words import word_likeness

# What the customers service calls somebody who has told no name: "WhatsApp contact ab12".
_AUTOMATIC: Final = re.compile(r"\S.* contact [a-z0-9]{4}")
_WORD: Final = re.compile(r"[a-z0-9']+")
_BETWEEN_CAPITALS: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_PARTICLE_WORDS: Final = """
    de da do das dos del della di du des la las los le el al bin ben ibn y e i van von der den ter zu zum
"""
_TITLE_WORDS: Final = """
    mr mrs ms miss mx dr dra doctor doctora doutor doutora sr sra srta senhor senhora senor senora
    don dona prof profa professor professora eng ing lic sir lady
"""
_PARTICLES: Final = frozenset(_PARTICLE_WORDS.split())
_TITLES: Final = frozenset(_TITLE_WORDS.split())
_GENERATIONS: Final = {
    **dict.fromkeys(("jr", "junior", "filho", "hijo"), "junior"),
    **dict.fromkeys(("neto", "nieto", "iii"), "third"),
    **dict.fromkeys(("sobrinho", "sobrino"), "nephew"),
    **dict.fromkeys(("sr", "senior"), ""),
    "ii": "junior",
    "iv": "fourth",
}
# More words are a sentence, not a name.
_MAX_WORDS: Final = 8

_SAME: Final = 100
_ONE_WORD_OF_ONE: Final = 0.8
_ONE_WORD_OF_MANY: Final = 0.7
OTHER_GIVEN_NAME: Final = 45
_EACH_WORD_MORE: Final = 4
_MOST_FOR_WORDS: Final = 12
_OTHER_GENERATION: Final = 50
# Words less alike than this are two words, and no first name is the other.
_ALIKE: Final = 60


@dataclass(frozen=True, slots=True)
class Name:
    """Lower-case ASCII words without titles and particles, the given name first as a rule.

    `generation` tells a son from a father: "" for most people. No words: nobody's name.
    """

    words: tuple[str, ...]
    generation: str = ""

    @property
    def squeezed(self) -> str:
        return "".join(self.words)


_NO_NAME: Final = Name(())


@lru_cache(maxsize=65_536)
def read_name(text: str) -> Name:
    """An automatic name, a number or an address is nobody's name."""
    if _AUTOMATIC.fullmatch(text) or is_contact_like(text):
        return _NO_NAME
    words = _words(text)
    while len(words) > 1 and words[0] in _TITLES:
        words = words[1:]
    generation = ""
    if len(words) > 2 and words[-1] in _GENERATIONS:
        *words, last = words
        generation = _GENERATIONS[last]
    # An I. at the beginning is an initial, an i between names a particle.
    kept = [word for at, word in enumerate(words) if word not in _PARTICLES or (at == 0 and len(word) == 1)]
    return Name(tuple((kept or words)[:_MAX_WORDS]), generation)


def _words(text: str) -> list[str]:
    if not text.isascii():
        text = _BETWEEN_CAPITALS.sub(" ", anyascii(text))
    return [word for found in _WORD.findall(text.lower()) if (word := found.replace("'", ""))]


def name_likeness(a: Name, b: Name) -> int:
    """Of a hundred. Order does not matter; words that only one has cost little, another given name all."""
    if not a.words or not b.words:
        return 0
    is_same = a.squeezed == b.squeezed and len(a.words) + len(b.words) > 2
    likeness = _SAME if is_same else _aligned(*_short_and_long(a, b))
    return likeness if a.generation == b.generation else min(likeness, _OTHER_GENERATION)


def are_strangers(a: Name, b: Name) -> bool:
    """Whether they are surely no more alike than names with another given name; cheaper than how alike."""
    if len(a.words) < 2 or len(b.words) < 2:
        return False
    if _is_among(a.words[0], b.words) and _is_among(b.words[0], a.words):
        return False
    return a.squeezed != b.squeezed


def _is_among(word: str, words: tuple[str, ...]) -> bool:
    return max([word_likeness(word, each) for each in words]) >= _ALIKE


def _short_and_long(a: Name, b: Name) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """In one order, whichever came first: the best match is found by trying, and ties must end alike."""
    short, long = sorted((a.words, b.words), key=lambda words: (len(words), words))
    return short, long


def _aligned(short: tuple[str, ...], long: tuple[str, ...]) -> int:
    if len(short) == 1:
        share = _ONE_WORD_OF_ONE if len(long) == 1 else _ONE_WORD_OF_MANY
        return round(share * max(word_likeness(short[0], word) for word in (long[0], long[-1])))
    matched, mean = _matched(short, long)
    score = mean - min(_MOST_FOR_WORDS, _EACH_WORD_MORE * (len(long) - len(short)))
    has_both_given_names = 0 in matched.values() and 0 in matched
    return max(0, score if has_both_given_names else min(score, OTHER_GIVEN_NAME))


def _matched(short: tuple[str, ...], long: tuple[str, ...]) -> tuple[dict[int, int], int]:
    """Which word of the short name is which of the long one, best first, and how alike in the mean."""
    found = [(word_likeness(a, b), -i, -j) for i, a in enumerate(short) for j, b in enumerate(long)]
    found = sorted((each for each in found if each[0] >= _ALIKE), reverse=True)
    matched: dict[int, int] = {}
    total = 0
    for likeness, i, j in found:
        if -i not in matched and -j not in matched.values():
            matched[-i] = -j
            total += likeness
    return matched, round(total / len(short))
