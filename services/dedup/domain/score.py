"""How likely two customers are one person, and why.

A suggestion is a shared identity, or a similar name and a clue. How similar a name must be depends on the
clue: many people work at one company, few have almost the same number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from services.dedup.domain.emails import Email, Local, local_likeness
from services.dedup.domain.facts import EMAIL, LINE, Facts
from services.dedup.domain.frequent import is_frequent
from services.dedup.domain.names import are_strangers, name_likeness, read_name
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

# An event named addresses of both as one person's: likely, whatever else is known.
_TOLD: Final = 85
_SHARED: Final = 80


# A name is never as similar as that.
NEVER_ALONE: Final = 101


@dataclass(frozen=True, slots=True)
class Clue:
    """`says` how much it tells, of a hundred; `needs` how similar names must be for it to be enough."""

    code: str
    says: int
    needs: int


# Few people have almost the same number.
_CLOSE: Final = Clue(CLOSE_PHONE, says=90, needs=60)
# An address part that is nobody's name, or a rare one's: who has it elsewhere is the same, married or not.
_OWN_LOCAL: Final = Clue(SAME_LOCAL_PART, says=90, needs=48)
# Whoever has a frequent name has tried to get such an address from some provider: worth a look where there
# are few customers, but below all else, since among very many nearly all of these are two people.
_LOCAL_OF_MANY: Final = Clue(SAME_LOCAL_PART, says=15, needs=90)
_LOCAL_OF_MANY_LONGER: Final = Clue(SAME_LOCAL_PART, says=10, needs=97)  # one of them has another name more
# Names that differ by as much explain the slip.
_SLIP: Final = Clue(SAME_LOCAL_PART, says=75, needs=97)
_SLIP_BEFORE_DIGITS: Final = Clue(SAME_LOCAL_PART, says=85, needs=82)
_OTHER_DIGITS: Final = Clue(SAME_LOCAL_PART, says=70, needs=95)
_OTHER_DIGITS_OF_MANY: Final = Clue(SAME_LOCAL_PART, says=40, needs=NEVER_ALONE)
_EMPLOYER: Final = Clue(SAME_DOMAIN, says=55, needs=82)
# Two clues of different kinds leave less to the name.
_NEEDED_WITH_TWO: Final = 55
_LEAST_NAME: Final = 48
_DIGITS_OF_ONES_OWN: Final = 2
_SHORTEST_OF_RARE: Final = 7
_NAME_WORTH_TELLING: Final = 60


@dataclass(frozen=True, slots=True)
class Likeness:
    """`score` of a hundred; `shared`: they hold one identity; `reasons`, strongest first."""

    score: int
    shared: bool
    reasons: list[dict[str, Any]]


def compare(a: Facts, b: Facts, *, told: bool = False) -> Likeness | None:
    """None for two customers that are no suggestion. Symmetric.

    `told`: an event named addresses of both as one person's, which is always worth a look.
    """
    shared = _shared(a, b) if not a.identities.isdisjoint(b.identities) else []
    if not shared and not told and are_strangers(a.read_name, b.read_name):
        return None
    name_score = name_likeness(a.read_name, b.read_name)
    if not shared and not told and name_score < _LEAST_NAME:
        return None
    clues = _clues(a, b)
    is_alike = bool(shared) or _is_enough(name_score, clues)
    if not is_alike:
        return Likeness(_TOLD, False, [{"code": TOLD_TOGETHER}]) if told else None
    score = _score_of_shared(a, b, name_score) if shared else _score(name_score, _strength(clues))
    reasons = _reasons(shared, name_score, clues)
    if told:
        score, reasons = max(_TOLD, score), [*reasons, {"code": TOLD_TOGETHER}]
    return Likeness(score, bool(shared), reasons)


def compare_names(a: str, b: str) -> int:
    """How similar two names are, of a hundred; 0 where one of them is nobody's name."""
    return name_likeness(read_name(a), read_name(b))


def _shared(a: Facts, b: Facts) -> list[str]:
    spaces = {point.space for point in a.identities & b.identities}
    found = {_CODES.get(space, SAME_PLATFORM_ID) for space in spaces}
    return [code for code in REASONS if code in found]


def _clues(a: Facts, b: Facts) -> list[Clue]:
    """Of each kind the strongest, strongest first."""
    found = [_CLOSE] if any(are_close(x, y) for x in a.lines for y in b.lines) else []
    pairs = [(ours, theirs) for ours in a.emails for theirs in b.emails]
    locals_ = [clue for ours, theirs in pairs if (clue := _local_clue(a, b, ours, theirs))]
    if locals_:
        found.append(max(locals_, key=lambda clue: clue.says))
    if any(ours.company and ours.company == theirs.company for ours, theirs in pairs):
        found.append(_EMPLOYER)
    return found


def _local_clue(a: Facts, b: Facts, ours: Email, theirs: Email) -> Clue | None:
    match local_likeness(ours, theirs):
        case None:
            return None
        case Local.EQUAL:
            return _OWN_LOCAL if _has_digits(ours) or _is_rare(a, b, ours) else _local_of_many(a, b)
        case Local.SLIP:
            return _SLIP_BEFORE_DIGITS if _has_digits(ours) else _SLIP
        case Local.OTHER_DIGITS:
            return _OTHER_DIGITS if _is_rare(a, b, ours) else _OTHER_DIGITS_OF_MANY


def _local_of_many(a: Facts, b: Facts) -> Clue:
    is_as_long = len(a.read_name.words) == len(b.read_name.words)
    return _LOCAL_OF_MANY if is_as_long else _LOCAL_OF_MANY_LONGER


def _has_digits(email: Email) -> bool:
    return len(email.digits) >= _DIGITS_OF_ONES_OWN


def _is_rare(a: Facts, b: Facts, email: Email) -> bool:
    """Whether hardly anybody else writes these letters: no given name alone, no frequent family name."""
    if len(email.stem) < _SHORTEST_OF_RARE:
        return False
    ours = {*a.read_name.words, *b.read_name.words}
    words = [word for word in ours if len(word) > 2 and word in email.stem]
    return email.stem not in words and not any(map(is_frequent, words))


def _strength(clues: list[Clue]) -> int:
    """Of all together: each takes its part of the doubt that the others leave."""
    doubt = 1.0
    for clue in clues:
        doubt *= 1 - clue.says / 100
    return round(100 * (1 - doubt))


def _is_enough(name_score: int, clues: list[Clue]) -> bool:
    if len(clues) > 1 and name_score >= _NEEDED_WITH_TWO:
        return True
    return any(name_score >= clue.needs for clue in clues)


def _score(name_score: int, strength: int) -> int:
    return round(name_score * (60 + 0.4 * strength) / 100)


def _score_of_shared(a: Facts, b: Facts, name_score: int) -> int:
    """Somebody without a name contradicts nobody."""
    unnamed = not a.read_name.words or not b.read_name.words
    return _SHARED + (10 if unnamed else round(name_score / 5))


def _reasons(shared: list[str], name_score: int, clues: list[Clue]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [{"code": code} for code in shared]
    if name_score >= _NAME_WORTH_TELLING or not shared:
        found.append({"code": SIMILAR_NAME, "score": name_score})
    return [*found, *({"code": clue.code, "score": clue.says} for clue in clues)]
