"""Addresses on the web, as people keep them."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

LONGEST: Final = 2_048
# White space, controls, lone surrogates, noncharacters.
_UNFIT: Final = re.compile("[\\s\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def is_web_address(text: str) -> bool:
    """Whether it is an absolute http or https address without a password in it, however long."""
    if _UNFIT.search(text):
        return False
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises on a port that is not one
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
