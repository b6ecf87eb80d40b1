"""Addresses that people type because a form wants one: whoever shares them shares nothing."""

from __future__ import annotations

from typing import Final

# Short on purpose: a mailbox of a whole office is an address all the same.
_MAILBOXES: Final = """
    asdf fake invalid nada nao naoinformado naoresponda naotem nobody noemail none noreply notem notiene null
    nulo qwerty semcorreo sememail sincorreo sinemail teste test testing unknown xx xxx
"""
_NOBODY: Final = frozenset(_MAILBOXES.split())
_LOOKED_AT: Final = 7  # digits at the end of a line: area codes are not invented
_IN_A_ROW: Final = ("01234567890123456789", "98765432109876543210")


def is_placeholder(space: str, value: str) -> bool:
    """Whether an identity is what one types who has none: none@example.com, 11 99999-9999."""
    if space == "email":
        local = value.partition("@")[0]
        return "".join(filter(str.isalnum, local)) in _NOBODY
    if space == "line":
        end = "".join(filter(str.isdigit, value.partition(";")[0]))[-_LOOKED_AT:]
        return len(set(end)) == 1 or any(end in row for row in _IN_A_ROW)
    return False
