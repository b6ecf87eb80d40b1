"""One word of a name: how it sounds, and which other words are the same name."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from rapidfuzz.distance import OSA

from services.dedup.domain.nicknames import formal_names

SAME: Final = 100
_SOUNDS_ALIKE: Final = 97
_NICKNAME: Final = 92
_SLIP: Final = 88
_INITIAL: Final = 85
_TWO_SLIPS: Final = 80
_SHORTENED: Final = 78
_SLIP_AT_THE_BEGINNING: Final = 65

# Spellings that one name has side by side in Portuguese, Spanish and English: Luiz and Luis, Souza and Sousa,
# Thiago and Tiago, Vitor and Victor, Gonzalez and Gonzales, Philip and Filip, Kátia and Cátia.
_SPELLINGS: Final = (
    (re.compile("ph"), "f"),
    (re.compile("ck|ct"), "t"),
    (re.compile("qu(?=[eiy])"), "k"),
    (re.compile("c(?=[eiy])|[zx]|sh|ch"), "s"),
    (re.compile("[cq]"), "k"),
    (re.compile("w"), "v"),
    (re.compile("h"), ""),
    (re.compile("y"), "i"),
    (re.compile(r"n(?=[bp])"), "m"),
    (re.compile(r"(.)\1+"), r"\1"),
    (re.compile(r"ue$|u(?=e)"), ""),
)


@lru_cache(maxsize=131_072)
def sound(word: str) -> str:
    """How it is pronounced, roughly: equal for spellings of one name."""
    for pattern, spelling in _SPELLINGS:
        word = pattern.sub(spelling, word)
    return word


@lru_cache(maxsize=262_144)
def word_likeness(a: str, b: str) -> int:
    """Of a hundred; 0 for words that are not one name. Both are lower-case ASCII."""
    if a == b:
        return SAME
    short, long = sorted((a, b), key=len)
    if len(short) == 1:
        return _INITIAL if long[0] == short else 0
    if sound(a) == sound(b):
        return _SOUNDS_ALIKE
    if _share_a_formal_name(a, b):
        return _NICKNAME
    if _are_woman_and_man(short, long):
        return 0
    return max(_shortened(short, long), _mistyped(short, long))


def _share_a_formal_name(a: str, b: str) -> bool:
    ours, theirs = formal_names(a), formal_names(b)
    return a in theirs or b in ours or not ours.isdisjoint(theirs)


def _are_woman_and_man(short: str, long: str) -> bool:
    """Paulo and Paula, Daniel and Daniela: two people, however close the letters."""
    if len(short) == len(long):
        return short[:-1] == long[:-1] and short[-1] in "aoe" and long[-1] in "aoe"
    return long == short + "a"


def _shortened(short: str, long: str) -> int:
    """Rodri for Rodrigo. Not Ana for Anabela, nor Maria for Mariana: what ends in a is mostly whole."""
    is_beginning = 3 <= len(short) <= 5 and len(long) >= len(short) + 2 and long.startswith(short)
    return _SHORTENED if is_beginning and short[-1] != "a" else 0


def _mistyped(short: str, long: str) -> int:
    slips = OSA.distance(short, long, score_cutoff=2)
    if slips == 1 and len(long) >= 4:
        return _SLIP if short[0] == long[0] or len(long) >= 7 else _SLIP_AT_THE_BEGINNING
    return _TWO_SLIPS if slips == 2 and len(short) >= 7 else 0
