"""Text that was encoded twice: `SÃ£o` for `São`. Recognised always, repaired only when somebody said so."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

import ftfy

# What the first byte of a character of UTF-8 looks like in a legacy encoding, before what another one does.
_TRACE: Final = re.compile(
    "[\u00c2-\u00f4\u0102-\u0158\u0402-\u044f][\u0080-\u00bf\u0100-\u045f\u2010-\u203a\u20ac\u2116\u2122\u02c6\u02dc\u02c7\u02d8-\u02dd]"
)
_LOOKED_AT: Final = 20_000
# Only what is certain: nothing is put in the place of what is lost, and no character is made prettier.
_CONFIG: Final = ftfy.TextFixerConfig(
    unescape_html=False,
    remove_terminal_escapes=False,
    replace_lossy_sequences=False,
    decode_inconsistent_utf8=False,
    fix_c1_controls=False,
    explain=False,
)


@dataclass(kw_only=True)
class Damage:
    """How many lines were encoded twice, and one of them before and after."""

    rows: int = 0
    before: str = ""
    after: str = ""
    _looked_at: int = 0

    def look_at(self, line: str) -> None:
        if self._looked_at >= _LOOKED_AT or not suspicious(line):
            return
        self._looked_at += 1
        if (after := mended(line)) != line:
            self.rows += 1
            if not self.before:
                self.before, self.after = line.strip()[:200], after.strip()[:200]

    def found(self) -> dict[str, Any] | None:
        if not self.rows:
            return None
        return {"rows": self.rows, "before": self.before, "after": self.after}


def suspicious(text: str) -> bool:
    """Cheap, and true of all text that `mended` would change; of a little more."""
    return _TRACE.search(text) is not None


def mended(text: str) -> str:
    """The text that was meant, if it is certain that `text` was encoded twice; else `text`."""
    if not suspicious(text):
        return text
    return ftfy.fix_encoding(text, _CONFIG)
