"""How texts are compared: names, tags, labels, values and what people search for."""

from __future__ import annotations

import unicodedata


def folded(text: str) -> str:
    """For comparing and sorting: no case, no accents, single spaces. Never empty for a text with a letter."""
    if text.isascii():
        return " ".join(text.lower().split())
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())
