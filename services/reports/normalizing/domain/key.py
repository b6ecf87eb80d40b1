"""The automatic key: two spellings with one key are one value, whoever typed them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final
from unicodedata import category, digit, normalize

# Accents of Latin, Greek and Cyrillic, points of Hebrew and Arabic. Marks of other scripts are letters:
# without them words of Thai, Hindi or Japanese would be other words.
_ACCENTS: Final = re.compile(
    "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
    "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0640\u064b-\u065f\u0670]"
)
# Letters that people leave the stroke or the dot of away, and whose stroke is no accent to Unicode.
_STROKES: Final = {"ı": "i", "ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ŧ": "t", "æ": "ae", "œ": "oe"}
_LETTERS: Final = frozenset("й")  # to whom writes with it no accented one
_UNSEEN: Final = frozenset("®©\u034f\u115f\u1160\u17b4\u17b5")
_MINUS: Final = "\u2212"

# These always part words. Others may be part of a number, a date or a time (1.5, 10-20, 1/2), of a sum (-5),
# of a grade or a blood type (A-, AB-).
_PARTING: Final = {**dict.fromkeys(map(ord, "!\"'()*;?@[\\]^_`{|}~"), " "), ord("%"): " % "}
_BETWEEN_DIGITS: Final = r"(?<![0-9])[.,/:]+|[.,/:]+(?![0-9])|[.,/:]{2,}"
_GRADE: Final = r"(?<!\b[a-z]-)(?<!\bab-)"
_DASHES: Final = rf"(?<=[0-9])-+(?![0-9])|(?<!\S)-+(?![0-9])|(?<=[^\s0-9])-+(?:(?=\S)|{_GRADE})|--+"
_SEPARATING: Final = re.compile(f"(?=[.,/:-])(?:{_BETWEEN_DIGITS}|{_DASHES})")
_ADDRESS: Final = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+|[^\s:]+://\S+")
_WORDS_WITH_DIGITS: Final = re.compile(r"[0-9]\S*")


def key_of(text: str) -> str:
    """Without case, accents, punctuation, superfluous spaces and the order of words.

    What makes a difference stays: 1.5 and 15, -5 and 5, C and C++ and C#, the order of several numbers.
    A text of nothing but punctuation is its own key, but for superfluous spaces. The key of a key is that
    key.
    """
    return keys_of([text])[0]


def keys_of(texts: Sequence[str]) -> list[str]:
    """The key of each text. They are folded as one long text, a line for each: many are done in the time
    that is spent on calls otherwise."""
    if not texts:
        return []
    joined = "\n".join(texts)
    if joined.count("\n") >= len(texts):
        joined = "\n".join([text.replace("\n", " ") for text in texts])
    plain = joined.lower().translate(_PARTING) if joined.isascii() else _plain(joined)
    lines = _SEPARATING.sub(" ", plain).split("\n")
    keys = [_sorted(line) or " ".join(text.split()) for line, text in zip(lines, texts, strict=True)]
    if "@" in joined or "://" in joined:
        return [_address(text) or key for text, key in zip(texts, keys, strict=True)]
    return keys


def _address(text: str) -> str | None:
    """The key of a web or e-mail address, if it is one: its order and its signs are what it is."""
    plain = normalize("NFKC", normalize("NFKC", text).casefold()).strip().rstrip("/")
    return plain if _ADDRESS.fullmatch(plain) else None


def _sorted(line: str) -> str:
    """Letters alone are an abbreviation, and have their order: U.S.A. is USA, and not the U.A.S."""
    words = line.split()
    if len(words) < 2:
        return words[0] if words else ""
    if len(_WORDS_WITH_DIGITS.findall(line)) > 1:
        return " ".join(words)
    if max(map(len, words)) == 1 and all(map(str.isalpha, words)):
        return "".join(words)
    words.sort()
    return " ".join(words)


def _plain(text: str) -> str:
    folded = normalize("NFKC", text).casefold().translate(_TABLE)
    return folded if folded.isascii() else normalize("NFKC", folded)


class _Table(dict[int, str]):
    """What stands for each character; learnt as they come, since most of Unicode never does."""

    def __missing__(self, code: int) -> str:
        return self.setdefault(code, _replacement(chr(code)))


_TABLE: Final = _Table()


def _replacement(char: str) -> str:
    if char.isascii() or char in _LETTERS:
        return _PARTING.get(ord(char), char)
    kind = category(char)
    if char in _UNSEEN or _is_selector(char) or (kind == "Cf" and not _is_of_flag(char)):
        return ""
    if kind == "Pd" or char == _MINUS:
        return "-"
    if kind[0] == "P" or kind == "Cc":
        return " "
    if kind == "Nd":
        return str(digit(char))
    letters = _ACCENTS.sub("", normalize("NFKD", char)).casefold()
    return normalize("NFC", "".join(_STROKES.get(letter, letter) for letter in letters))


def _is_selector(char: str) -> bool:
    """Whether a sign is shown in colour or not."""
    return "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"


def _is_of_flag(char: str) -> bool:
    """Part of a sign such as the flag of Scotland."""
    return "\U000e0020" <= char <= "\U000e007f"
