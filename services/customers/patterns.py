"""Patterns for LIKE: what people type stands for itself in them."""

from __future__ import annotations

import re

_SPECIAL = re.compile(r"([\\%_])")


def literal(text: str) -> str:
    """The part of a pattern that matches just this text."""
    return _SPECIAL.sub(r"\\\1", text)
