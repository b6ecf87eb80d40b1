"""Texts that people wrote somewhere else: kept, but cut, and without what a database or a page chokes on."""

from __future__ import annotations

import re

_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def passage(text: str | None, longest: int) -> str | None:
    """The first `longest` characters, with its lines; None for no text."""
    return _CONTROLS.sub("", text[: 2 * longest])[:longest] if text else None


def single_line(text: str, longest: int) -> str:
    """The first `longest` characters of its words, one space between two."""
    return " ".join(_CONTROLS.sub(" ", text[: 4 * longest]).split())[:longest]
