"""Web addresses, as custom fields of that type hold them."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from services.import_export.mapping.domain.wrong import Cell, Wrong

_LONGEST: Final = 2_048
_FORBIDDEN: Final = re.compile("[\\s\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def read_url(cell: Cell) -> str:
    """An absolute http or https address without a password in it. Raises Wrong."""
    text = cell if isinstance(cell, str) else ""
    if len(text) > _LONGEST:
        raise Wrong("too_long", f"at most {_LONGEST} characters")
    if _FORBIDDEN.search(text) or not _is_web_address(text):
        raise Wrong("invalid_url", "an http or https address is expected, such as https://example.com")
    return text


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises on a port that is not one
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
