"""Names of files, as strangers send them and as browsers are told them."""

from __future__ import annotations

import re
import unicodedata
from typing import Final
from urllib.parse import quote

LONGEST: Final = 200
_LONGEST_ENDING: Final = 20
# Controls, and marks that show a name otherwise than it is written.
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def clean_name(raw: str) -> str:
    """The last part of what may be a path, without what cannot be seen, at most 200 characters.

    The ending survives. Empty when nothing is left that is a name.
    """
    last = re.split(r"[/\\]", raw)[-1]
    seen = "".join(sign for sign in last if unicodedata.category(sign) not in _UNSEEN)
    name = unicodedata.normalize("NFC", seen).strip()
    if not name.strip(". "):
        return ""
    if len(name) <= LONGEST:
        return name
    stem, dot, ending = name.rpartition(".")
    if not stem or len(ending) > _LONGEST_ENDING:
        return name[:LONGEST]
    return stem[: LONGEST - len(ending) - 1] + dot + ending


def attachment(name: str) -> bytes:
    """Content-Disposition of a file to be saved (RFC 6266), with a plain name for old clients."""
    folded = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = re.sub(r'["\\%]', "_", folded).strip() or "file"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}".encode("ascii")
