"""How likely two customers are one person, and why.

A suggestion is a shared identity, or a similar name and a clue. How similar a name must be depends on the
clue: many people work at one company, few have almost the same number.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from services.dedup.domain.emails import Email, local_likeness
from services.dedup.domain.facts import EMAIL, LINE, Facts
from services.dedup.domain.names import name_likeness, read_name
from services.dedup.domain.phones import are_close

SAME_LINE: Final = "same_line"
SAME_EMAIL: Final = "same_email"
SAME_PLATFORM_ID: Final = "same_platform_id"
SIMILAR_NAME: Final = "similar_name"
SAME_LOCAL_PART: Final = "same_local_part"
SAME_DOMAIN: Final = "same_domain"
CLOSE_PHONE: Final = "close_phone"
TOLD_TOGETHER: Final = "told_together"
REASONS: Final = (
    SAME_LINE,
    SAME_EMAIL,
    SAME_PLATFORM_ID,
    SIMILAR_NAME,
    SAME_LOCAL_PART,
    SAME_DOMAIN,
    CLOSE_PHONE,
    TOLD_TOGETHER,
)

_CODES: Final = {LINE: SAME_LINE, EMAIL: SAME_EMAIL}

# How much a clue says, of a hundred, that two people of similar names are one.
_CLOSE_PHONE: Final = 90
_EQUAL_LOCAL_PART: Final = 90
_SIMILAR_LOCAL_PART: Final = 75
_PLAIN_LOCAL_PART: Final = 55  # the given name alone, or short: maria@
_DOMAIN: Final = 55
# How similar names must be beside clues that say so much together, the strongest first.
_NEEDED: Final = ((90, 60), (70, 70), (0, 82))
# The same given name beside a whole address part that is equal: somebody who married.
_NEEDED_OF_MARRIED: Final = 48
_SHORTEST_OF_MARRIED: Final = 7
_NAME_WORTH_TELLING: Final = 60
_SHARED: Final = 80
# An event named addresses of both as one person's: likely, whatever else is known.
_TOLD: Final = 85


@dataclass(frozen=True, slots=True)
class Likeness:
    """`score` and `name_score` of a hundred; `shared`: they hold one identity; `reasons`, strongest first."""

    score: int
    name_score: int
    shared: bool
    reasons: list[dict[str, Any]]


def compare(a: Facts, b: Facts, *, told: bool = False) -> Likeness | None:
    """None for two customers that are no suggestion. Symmetric.

    `told`: an event named addresses of both as one person's, which is always worth a look.
    """
    name_score = name_likeness(a.read_name, b.read_name)
    shared = _shared(a, b) if not a.identities.isdisjoint(b.identities) else []
    if not shared and not told and name_score < _NEEDED_OF_MARRIED:
        return None
    clues = _clues(a, b)
    is_alike = bool(shared) or _is_enough(name_score, clues)
    if not is_alike:
        return Likeness(_TOLD, name_score, False, [{"code": TOLD_TOGETHER}]) if told else None
    score = _score_of_shared(a, b, name_score) if shared else _score(name_score, _strength(clues))
    reasons = _reasons(shared, name_score, clues)
    if told:
        score, reasons = max(_TOLD, score), [*reasons, {"code": TOLD_TOGETHER}]
    return Likeness(score, name_score, bool(shared), reasons)


def compare_names(a: str, b: str) -> int:
    """How similar two names are, of a hundred; 0 where one of them is nobody's name."""
    return name_likeness(read_name(a), read_name(b))


def contact_reasons(reasons: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that tell of contact data: all but the name's."""
    return [reason for reason in reasons if reason["code"] != SIMILAR_NAME]


def _shared(a: Facts, b: Facts) -> list[str]:
    spaces = {point.space for point in a.identities & b.identities}
    found = {_CODES.get(space, SAME_PLATFORM_ID) for space in spaces}
    return [code for code in REASONS if code in found]


def _clues(a: Facts, b: Facts) -> dict[str, int]:
    """What each clue that the two share says."""
    found = {}
    if any(are_close(x, y) for x in a.lines for y in b.lines):
        found[CLOSE_PHONE] = _CLOSE_PHONE
    best = 0
    for ours in a.emails:
        for theirs in b.emails:
            best = max(best, _local_strength(a, b, ours, theirs))
            if ours.company and ours.company == theirs.company:
                found[SAME_DOMAIN] = _DOMAIN
    if best:
        found[SAME_LOCAL_PART] = best
    return found


def _local_strength(a: Facts, b: Facts, ours: Email, theirs: Email) -> int:
    likeness = local_likeness(ours, theirs)
    if not likeness:
        return 0
    is_plain = len(ours.stem) < 6 or ours.stem in a.read_name.words or theirs.stem in b.read_name.words
    if is_plain:
        return _PLAIN_LOCAL_PART
    return _EQUAL_LOCAL_PART if likeness == 100 else _SIMILAR_LOCAL_PART


def _strength(clues: dict[str, int]) -> int:
    """Of all together: each takes its part of the doubt that the others leave."""
    doubt = 1.0
    for says in clues.values():
        doubt *= 1 - says / 100
    return round(100 * (1 - doubt))


def _is_enough(name_score: int, clues: dict[str, int]) -> bool:
    if not clues:
        return False
    if clues.get(SAME_LOCAL_PART) == _EQUAL_LOCAL_PART and name_score >= _NEEDED_OF_MARRIED:
        return True
    strength = _strength(clues)
    return name_score >= next(needed for least, needed in _NEEDED if strength >= least)


def _score(name_score: int, strength: int) -> int:
    return round(name_score * (60 + 0.4 * strength) / 100)


def _score_of_shared(a: Facts, b: Facts, name_score: int) -> int:
    """Somebody without a name contradicts nobody."""
    unnamed = not a.read_name.words or not b.read_name.words
    return _SHARED + (10 if unnamed else round(name_score / 5))


def _reasons(shared: list[str], name_score: int, clues: dict[str, int]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [{"code": code} for code in shared]
    if name_score >= _NAME_WORTH_TELLING or not shared:
        found.append({"code": SIMILAR_NAME, "score": name_score})
    weighed = sorted(clues.items(), key=lambda clue: -clue[1])
    return [*found, *({"code": code, "score": says} for code, says in weighed)]
