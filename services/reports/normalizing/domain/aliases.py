"""What else countries and states are called: codes, abbreviations, other languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def aliases_of(sets: Sequence[str]) -> Mapping[str, str]:
    """The name behind each key, of these sets together. What means two things in them means nothing."""
    return {}
