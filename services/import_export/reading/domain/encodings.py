"""Which encoding a text is in, told by its bytes."""

from __future__ import annotations

import codecs
from typing import Final, NamedTuple

from servicekit.confined.refused import FileRefused
from services.import_export.reading.domain.alphabets import ALPHABETS, CLOSING_MARKS, MARKS, VOWELS

_BOMS: Final = (
    (codecs.BOM_UTF32_LE, None),
    (codecs.BOM_UTF32_BE, None),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CHOICES: Final = frozenset(
    ["utf-8", "utf-16-le", "utf-16-be", "koi8-r", "mac-roman", "cp850", "cp437"]
    + ["gb18030", "big5", "shift-jis", "euc-kr"]
    + [f"windows-{page}" for page in range(1250, 1259)]
    + [f"iso-8859-{part}" for part in range(1, 17) if part != 12]
)
_NUL_SHARE: Final = 0.1
_CONTROL_SHARE: Final = 0.05
_CONTROLS: Final = bytes(set(range(32)) - set(b"\t\n\r\f\x1a\x1b\0"))
# A file of which this many lines with accents are UTF-8 is UTF-8, and the others are damaged:
# hardly ever is a line of another encoding UTF-8 by chance.
_UTF8_SHARE: Final = 0.1
# The last letter of the blocks of Latin letters: words do not mix those with others.
_LATIN: Final = "\u024f"
_VOWELS: Final = 0.3
_CERTAIN: Final = 0.95


class Choice(NamedTuple):
    """`certain`: no other encoding would make as good a text of the same bytes."""

    encoding: str
    certain: bool


def known(name: str) -> str:
    """The encoding that somebody chose. Raises FileRefused for one that cannot be read."""
    name = name.strip().lower().replace("_", "-")
    if name not in _CHOICES:
        raise FileRefused("unknown_encoding", "There is no such encoding, or it cannot be read.")
    return name


def of_start(head: bytes) -> str | None:
    """What the first bytes say for sure. Raises FileRefused where they are no text that can be read."""
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            if encoding is None:
                raise FileRefused("unknown_encoding", "The file is UTF-32. Save it as UTF-8.")
            return encoding
    if head.count(0) > _NUL_SHARE * len(head):
        if abs(head[::2].count(0) - head[1::2].count(0)) > _NUL_SHARE * len(head) / 2:
            raise FileRefused(
                "utf16_without_bom", "The file is UTF-16 without the mark that says so. Save it as UTF-8."
            )
        raise FileRefused("not_text", "The file is not text.")
    if len(head) - len(head.translate(None, _CONTROLS)) > _CONTROL_SHARE * len(head):
        raise FileRefused("not_text", "The file is not text.")
    return None


def of_evidence(valid: int, invalid: int, evidence: bytes) -> Choice:
    """`valid` lines with accents are UTF-8, `invalid` ones are not, `evidence` is text of those."""
    if not invalid or valid >= _UTF8_SHARE * (valid + invalid):
        return Choice("utf-8", certain=True)
    texts = {encoding: evidence.decode(encoding, "replace") for encoding in ALPHABETS}
    fits = {encoding: _fit(text, ALPHABETS[encoding]) for encoding, text in texts.items()}
    best = max(fits, key=lambda encoding: fits[encoding])  # of equals the first, the most common one
    rivals = [each for each in fits if fits[each] >= fits[best] - 0.02 and texts[each] != texts[best]]
    return Choice(best, certain=fits[best] >= _CERTAIN and not rivals)


def _fit(text: str, alphabets: tuple[frozenset[str], ...]) -> float:
    """Which share of the characters beyond ASCII one language accounts for, where they stand."""
    strange = [at for at, char in enumerate(text) if char > "\x7f"]
    fitting = [text[at] for at in strange if not _is_odd(text[at - 1 : at], text[at], text[at + 1 : at + 2])]
    best = max(sum(char in alphabet or char in MARKS for char in fitting) for alphabet in alphabets)
    return best / len(strange) * _with_vowels(fitting)


def _is_odd(before: str, char: str, after: str) -> bool:
    """In no language: in one word a mark, a later capital, two scripts, or three accents in a row."""
    if not char.isalpha() or char in "ªº":
        return after.isalpha() and (before.isalpha() or char in CLOSING_MARKS) and char not in "’·"
    if char > _LATIN:
        return any(each.isascii() and each.isalpha() for each in (before, after))
    return (before.islower() and char.isupper()) or all("\x7f" < each <= _LATIN for each in (before, after))


def _with_vowels(letters: list[str]) -> float:
    """Text of a script that is written without ASCII has vowels; less than 1 where it has too few."""
    others = [letter for letter in letters if letter > _LATIN and letter.isalpha()]
    vowels = sum(letter.lower() in VOWELS for letter in others)
    return min(1.0, vowels / len(others) / _VOWELS) if others else 1.0
