"""Characters that are no text and cannot be kept: NUL, and what stands for bytes that did not decode."""

from __future__ import annotations

import re
from typing import Final

# What programs put in the place of what they could not decode.
LOST: Final = "\ufffd"
_UNFIT: Final = re.compile("[\ud800-\udfff\x00]")


def is_unfit(text: str) -> bool:
    return _UNFIT.search(text) is not None


def problem_of(text: str) -> str:
    """The code for what is unfit in it."""
    return "null_character" if "\0" in text else "invalid_encoding"


def shown(text: str) -> str:
    r"""The text with what is unfit spelt out: an undecoded byte as `\xE9`."""
    return _UNFIT.sub(_spelt, text) if is_unfit(text) else text


def _spelt(found: re.Match[str]) -> str:
    code = ord(found[0])
    if 0xDC80 <= code <= 0xDCFF or not code:  # as the codecs' error handler "surrogateescape" leaves bytes
        return f"\\x{code & 0xFF:02X}"
    return f"\\u{code:04X}"
