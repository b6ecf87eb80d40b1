"""How several values stand in one cell of a table; what makes text safe there is in `servicekit.formulas`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

# Other separators that people use within a cell: what holds one is quoted, too.
_SEPARATORS: Final = re.compile(r"[,;\n]|:::")


def joined(values: Iterable[str]) -> str:
    """Several values as the text of one cell: separated by commas, quoted where they would read as others."""
    return ", ".join(map(_quoted, values))


def _quoted(value: str) -> str:
    if _SEPARATORS.search(value) or value.startswith('"') or value != value.strip():
        return '"' + value.replace('"', '""') + '"'
    return value
