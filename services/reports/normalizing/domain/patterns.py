"""Patterns of people: `*` is any text, `?` one character, everything else is itself."""

from __future__ import annotations

import re
from collections.abc import Callable


def matcher_of(pattern: str) -> Callable[[str], bool]:
    """Whether a whole text is like the pattern; in time that no pattern can make long.

    What stands between two `*` is looked for from the left, and never a second time: wherever it is found
    first leaves most for what follows.
    """
    parts = pattern.split("*")
    first, *between = (re.compile(_expression(part), re.DOTALL) for part in parts)
    if not between:
        return lambda text: first.fullmatch(text) is not None
    # Most texts do not have what the pattern asks for in one piece.
    needed = max(re.split(r"[*?]", pattern), key=len)
    last, least = re.compile(_expression(parts[-1]) + r"\Z", re.DOTALL), len(parts[-1])
    middle = between[:-1]

    def matches(text: str) -> bool:
        if needed not in text or (found := first.match(text)) is None:
            return False
        end = found.end()
        for part in middle:
            if (found := part.search(text, end)) is None:
                return False
            end = found.end()
        return len(text) - least >= end and last.match(text, len(text) - least) is not None

    return matches


def _expression(part: str) -> str:
    return "".join("." if char == "?" else re.escape(char) for char in part)
