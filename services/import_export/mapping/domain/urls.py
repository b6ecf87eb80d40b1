"""Web addresses, as custom fields of that type hold them."""

from __future__ import annotations

from servicekit import web
from services.import_export.mapping.domain.wrong import Cell, Wrong


def read_url(cell: Cell) -> str:
    """An absolute http or https address without a password in it. Raises Wrong."""
    text = cell if isinstance(cell, str) else ""
    if len(text) > web.LONGEST:
        raise Wrong("too_long", f"at most {web.LONGEST} characters")
    if not web.is_web_address(text):
        raise Wrong("invalid_url", "an http or https address is expected, such as https://example.com")
    return text
