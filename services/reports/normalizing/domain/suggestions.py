"""What might be one value, for somebody to decide: never applied by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

import numpy as np
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from servicekit.text import folded
from services.reports.configuring.domain.model import ALIAS_SETS, Part, Subdivision
from services.reports.normalizing.domain.aliases import aliases_of
from services.reports.normalizing.domain.key import keys_of
from services.reports.normalizing.domain.mapped import Value

Json = dict[str, Any]
MOST_VALUES: Final = 2_000  # the most frequent ones: comparing costs the square of them
MOST_SUGGESTIONS: Final = 50
MOST_SHOWN: Final = 10  # of the values that a set of aliases knows
NEAR: Final = 0.79  # a letter of five
LONGEST: Final = 120  # longer ones are stories, and comparing them takes long
SHORTEST: Final = 4  # of shorter words one letter is too much to be a slip
COVERED: Final = 0.6
LARGEST_BLOCK: Final = 300
LONGEST_MARK: Final = 2
_DIGITS: Final = re.compile("[0-9]+")
_NO_SPACES: Final = dict.fromkeys(map(ord, "-.,;:/'\"()!?_"), " ")


def suggestions_of(values: Sequence[Value], customers: Sequence[int], part: Part) -> list[Json]:
    """`{kind: aliases, set, values, score}` for sets that know most of the values, then
    `{kind: near, values, score}` for spellings that are nearly alike, the most frequent first.

    `customers[n]` have the n-th value. The score is the share of values known, or the least likeness.
    """
    if part.normalize is None or part.unit or (isinstance(part, Subdivision) and part.rules is not None):
        return []
    often = sorted(range(len(values)), key=lambda n: (-customers[n], values[n].label))[:MOST_VALUES]
    found = list(_sets([values[n].label for n in often], part))
    if part.normalize:
        found += _near([values[n] for n in often], part)
    return found[:MOST_SUGGESTIONS]


def _sets(labels: list[str], part: Part) -> Iterator[Json]:
    """Only where it would change something."""
    keys = keys_of(labels)
    for name in ALIAS_SETS:
        if name in part.aliases:
            continue
        known = aliases_of([name])
        covered = [label for label, key in zip(labels, keys, strict=True) if key in known]
        changed = [label for label, key in zip(labels, keys, strict=True) if known.get(key, label) != label]
        if len(changed) and len(covered) >= COVERED * len(labels):
            score = round(len(covered) / len(labels), 4)
            yield {"kind": "aliases", "set": name, "values": changed[:MOST_SHOWN], "score": score}


def _near(values: list[Value], part: Part) -> list[Json]:
    """Around each value, the most frequent first, those that are near and not near a more frequent one."""
    apart = frozenset(part.split)
    open_ = [value for value in values if not apart.intersection(map(str, value.spellings))]
    near = _neighbours(tuple(value.label for value in open_))
    taken: set[int] = set()
    found = []
    for centre in range(len(open_)):
        others = sorted(n for n in near.get(centre, ()) if n not in taken)
        if open_[centre].by == "own":
            # What somebody joined stays apart from what they joined otherwise.
            others = [n for n in others if open_[n].by != "own"]
        if centre in taken or not others:
            continue
        taken |= {centre, *others}
        labels = [open_[n].label for n in (centre, *others)]
        found.append({"kind": "near", "values": labels, "score": min(near[centre][n] for n in others)})
    return sorted(found, key=lambda each: -each["score"])


@lru_cache(maxsize=16)  # a form that somebody works on asks about the same values again and again
def _neighbours(labels: tuple[str, ...]) -> Mapping[int, Mapping[int, float]]:
    """Of each label those that are nearly alike. Hardly anybody slips at both ends of a text: only such are
    compared as begin or end alike, and of very many that do the most frequent."""
    near: dict[int, dict[int, float]] = {}
    texts = ["".join(folded(label).translate(_NO_SPACES).split()) for label in labels]
    marks = [_marks(key, label) for key, label in zip(keys_of(list(labels)), labels, strict=True)]
    for end in (slice(2), slice(-2, None)):
        blocks: dict[tuple[object, ...], list[int]] = {}
        for n, text in enumerate(texts):
            if SHORTEST <= len(text) <= LONGEST:
                blocks.setdefault((text[end], marks[n]), []).append(n)
        for block in blocks.values():
            for a, b, score in _pairs(block[:LARGEST_BLOCK], texts):
                near.setdefault(a, {})[b] = score
                near.setdefault(b, {})[a] = score
    return near


def _marks(key: str, label: str) -> tuple[str, ...]:
    """Other numbers and letters are other things: Plan 1 and Plan 2, class A and class B."""
    last = folded(label).rsplit(" ", 1)[-1]
    return (*_DIGITS.findall(key), last if len(last) <= LONGEST_MARK else "")


def _pairs(block: list[int], texts: list[str]) -> Iterator[tuple[int, int, float]]:
    if len(block) < 2:
        return
    own = [texts[n] for n in block]
    scores = cdist(own, own, scorer=OSA.normalized_similarity, score_cutoff=NEAR, dtype=np.float32)
    for a, b in np.argwhere(np.triu(scores, 1)).tolist():
        yield block[a], block[b], round(float(scores[a, b]), 4)
