"""Text that a spreadsheet would run as a formula: what writing a file does to it, reading undoes exactly.

Writing puts `'` before it: in CSV before all such text, in workbooks, whose cells say that they are text,
only where reading would take a `'` away. JSON needs none of it.
Whatever the text, `unguarded(guarded(text)) == unguarded(kept(text)) == text`.
"""

from __future__ import annotations

import re
from typing import Final

# What makes a spreadsheet calculate, and the mark itself, so that a `'` that somebody typed stays theirs.
_STARTS: Final = frozenset("=+-@\t\r'")
_INTERNATIONAL_NUMBER: Final = re.compile(r"\+[0-9]+", re.ASCII)


def guarded(text: str) -> str:
    """`text` as a CSV file has it: a `'` before what a spreadsheet would run. `+` and digits are not."""
    return f"'{text}" if _is_run(text) else text


def kept(text: str) -> str:
    """`text` as a workbook has it: only what `unguarded` would change is protected from that."""
    return text if unguarded(text) == text else f"'{text}"


def unguarded(text: str) -> str:
    """`text` of a CSV file or a workbook without the `'` that `guarded` puts there, else as it is."""
    return text[1:] if text.startswith("'") and _is_run(text[1:]) else text


def _is_run(text: str) -> bool:
    return text[:1] in _STARTS and not _INTERNATIONAL_NUMBER.fullmatch(text)
