"""Text as people and programs really write it: invisible marks, other digits, other dashes."""

import re
import unicodedata

MAX_RAW = 512

# Marks that copying from phones, browsers and word processors leaves behind; none of them is ever meant.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]"
)
# Controls, line and paragraph separators, lone surrogates, noncharacters, the replacement character.
_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufff9-\uffff]")
# Full-width forms lie at a fixed distance from ASCII.
_PUNCTUATION = {chr(ord(c) + 0xFEE0): c for c in "+().-/#;:=@"} | {"\N{MINUS SIGN}": "-"}


def trimmed(raw: str) -> str:
    """`raw` without space and invisible marks at its ends; what lies between is untouched."""
    text = raw.strip()
    if text.isascii():
        return text
    while (shorter := _without_outer_marks(text)) != text:
        text = shorter
    return text


def _without_outer_marks(text: str) -> str:
    if text and _INVISIBLE.match(text[0]):
        text = text[1:]
    if text and _INVISIBLE.match(text[-1]):
        text = text[:-1]
    return text.strip()


def is_storable(text: str) -> bool:
    """False for text with NUL, control characters, lone surrogates or noncharacters anywhere."""
    return _FORBIDDEN.search(text) is None


def without_invisible_marks(text: str) -> str:
    return text if text.isascii() else _INVISIBLE.sub("", text)


def plain(text: str) -> str:
    """The same writing with ASCII digits, spaces, dashes and brackets; letters stay as they are.

    Only decimal digits become digits: a superscript two or a circled one does not.
    """
    if text.isascii():
        return text
    return "".join(_plain_character(c) for c in without_invisible_marks(text))


def _plain_character(character: str) -> str:
    if character.isascii():
        return character
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category == "Zs" or character in "\u00b7\u2022\u200c\u200d":
        return " "
    if category == "Pd":
        return "-"
    return _PUNCTUATION.get(character, character)


def digits_of(text: str) -> str:
    """All decimal digits of `text`, of any script, as ASCII digits, in order."""
    if text.isascii():
        return "".join(filter(str.isdigit, text))
    return "".join(str(unicodedata.decimal(c)) for c in text if c.isdecimal())
