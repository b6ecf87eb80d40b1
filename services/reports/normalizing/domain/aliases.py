"""What else countries and states are called: codes, abbreviations, other languages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Final

from services.reports.normalizing.domain.countries import COUNTRIES
from services.reports.normalizing.domain.key import keys_of
from services.reports.normalizing.domain.states import BRAZILIAN_STATES, US_STATES

# People write the code of a state behind its name: Campinas is in São Paulo - SP.
_WITH_CODES: Final = frozenset({"brazilian_states", "us_states"})
_SETS: Final = {"countries": COUNTRIES, "brazilian_states": BRAZILIAN_STATES, "us_states": US_STATES}
Entries = Iterable[tuple[str, str]]  # a spelling and what it means


def aliases_of(sets: Sequence[str]) -> Mapping[str, str]:
    """The name behind each key, of these sets together. What means two things in them means nothing: PA is
    Pará or Pennsylvania to whoever asks for both."""
    return _united(tuple(sorted(set(sets))))


@cache
def _united(sets: tuple[str, ...]) -> Mapping[str, str]:
    if len(sets) == 1:
        return _unambiguous(_entries(sets[0]))
    return _unambiguous(entry for each in sets for entry in _united((each,)).items())


def _unambiguous(entries: Entries) -> dict[str, str]:
    found: dict[str, set[str]] = {}
    named = list(entries)
    for key, (_, name) in zip(keys_of([spelling for spelling, _ in named]), named, strict=True):
        found.setdefault(key, set()).add(name)
    return {key: names.pop() for key, names in found.items() if len(names) == 1}


def _entries(of: str) -> Iterator[tuple[str, str]]:
    """A line is what something is called here, and everything else that it is called."""
    for line in _SETS[of].replace("\n  ", " ").strip().split("\n"):
        name, *others = line.split("; ")
        yield name, name
        yield from ((other, name) for other in others)
        if of in _WITH_CODES:
            yield f"{name} {others[0]}", name
