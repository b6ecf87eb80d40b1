"""Made-up customers of whom it is known who is the same person. Pure; the same seed, the same people.

People in Portuguese, Spanish and English with names, companies and providers as skewed as in life. Some have
a second record: their name written differently (a slip of NAMES) and an address that is nearly the first
one's (a clue of CLUES), never the same. Some have a relative or colleague who looks like them (NEIGHBOURS).
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

from bench.given_names import ENGLISH, PORTUGUESE, SPANISH, Language
from bench.slips import CLUES, NAMES, NEIGHBOURS, PROVIDERS, Person, plain_letters
from identity import InvalidContact, normalise

DOUBLES = 0.06  # so many have a second record
LOOKALIKES = 0.06  # so many have somebody who looks like them
_PLACES: tuple[tuple[float, Language, str, int], ...] = (
    (0.22, PORTUGUESE, "+55119", 8),
    (0.08, PORTUGUESE, "+55219", 8),
    (0.06, PORTUGUESE, "+55319", 8),
    (0.14, PORTUGUESE, "+55859", 8),
    (0.05, PORTUGUESE, "+35191", 7),
    (0.10, SPANISH, "+346", 8),
    (0.10, SPANISH, "+5255", 8),
    (0.05, SPANISH, "+5411", 8),
    (0.10, ENGLISH, "+1212", 7),
    (0.10, ENGLISH, "+447", 9),
)
_SHARES = [place[0] for place in _PLACES]
_PROVIDER_SHARES = (60, 14, 9, 9, 5, 3)


@dataclass(frozen=True, slots=True)
class Record:
    """One customer: `person` says who it is, `slip` and `clue` how it differs from the first record."""

    person: int
    name: str
    email: str
    phone: str
    slip: str = ""
    clue: str = ""
    lookalike: str = ""


def records(count: int, *, seed: int = 1) -> Iterator[Record]:
    """About `count` of them; whoever belongs together is not far apart."""
    dice = random.Random(seed)
    taken: set[str] = set()
    made = number = 0
    while made < count:
        for record in _family(number, count, dice):
            # A provider gives a mailbox to one person: whoever comes later gets another number.
            email = _free(record.email, taken, dice)
            taken.add(email)
            yield record if email == record.email else replace(record, email=email)
            made += 1
            number = max(number, record.person + 1)


def _free(email: str, taken: set[str], dice: random.Random) -> str:
    local, _, domain = email.partition("@")
    while email and email in taken:
        email = f"{local}{dice.randrange(1, 10_000)}@{domain}"
    return email


def _family(number: int, count: int, dice: random.Random) -> Iterator[Record]:
    """Somebody, maybe their double, maybe somebody who looks like them."""
    person = _somebody(count, dice)
    yield _record(number, person)
    chance = dice.random()
    other = None
    if chance < DOUBLES:
        other = _double(number, person, dice)
    elif chance < DOUBLES + LOOKALIKES:
        other = _lookalike(number + 1, person, dice)
    if other:
        yield other


def _record(number: int, person: Person, **labels: str) -> Record:
    return Record(number, person.name, person.email, person.line, **labels)


def _somebody(count: int, dice: random.Random) -> Person:
    _, language, prefix, digits = dice.choices(_PLACES, weights=_SHARES)[0]
    given, family = language.given(dice), language.families(dice)
    person = Person(language, tuple(given), tuple(family), prefix, "", "", "")
    if dice.random() < 0.25:
        person = replace(person, domain=_company(count, dice))
    else:
        person = replace(person, domain=dice.choices(PROVIDERS, weights=_PROVIDER_SHARES)[0])
    if dice.random() < 0.85:
        person = replace(person, phone="".join(dice.choices("0123456789", k=digits)))
    if dice.random() < 0.7 or not person.phone:
        person = replace(person, local=_local(person, dice))
    if dice.random() < 0.1:
        person = replace(person, shown=given[0])  # as many call themselves in WhatsApp
    return person


def _company(count: int, dice: random.Random) -> str:
    """A few employ very many: the number falls with a power."""
    companies = max(5, count // 60)
    return f"company{int(companies * dice.random() ** 3)}.com.br"


def _local(person: Person, dice: random.Random) -> str:
    first, last = plain_letters(person.given[0]), plain_letters(person.family[-1])
    style = dice.random()
    if style < 0.5:
        dot = "." if style < 0.35 else ""
        return f"{first}{dot}{last}{_number_of_many(person, dice)}"
    if style < 0.6:
        return f"{first[0]}{last}"
    if style < 0.8:
        return f"{first}{last}{dice.randrange(1, 2100)}"
    if style < 0.88:
        return f"{first}_{last}{dice.randrange(60, 110)}"
    return first if person.has_company else f"{last}.{first}{dice.randrange(1000)}"


def _number_of_many(person: Person, dice: random.Random) -> str:
    """A mailbox at a provider is one person's in the whole world: a frequent name was seldom first."""
    language = person.language
    is_frequent = person.given[0] in (*language.women, *language.men)
    frequent = is_frequent + (person.family[-1] in language.family)
    was_first = person.has_company or dice.random() < (0.9, 0.5, 0.1)[frequent]
    return "" if was_first else str(dice.randrange(10, 2100))


def _double(number: int, person: Person, dice: random.Random) -> Record | None:
    slips, clues = list(NAMES), list(CLUES)
    for slip in dice.sample(slips, len(slips)):
        renamed = NAMES[slip](person, dice)
        for clue in dice.sample(clues, len(clues)) if renamed else ():
            changed = CLUES[clue](renamed, dice)  # type: ignore[arg-type]
            if changed and _is_writable(changed) and not _is_blocked(person, changed):
                return _record(number, changed, slip=slip, clue=clue)
    return None


def _is_blocked(one: Person, other: Person) -> bool:
    """An identity in common would have stopped whoever wrote the second record."""
    lines = [_identity("phone", each.line) for each in (one, other)]
    return bool(one.email and one.email == other.email) or bool(lines[0] and lines[0] == lines[1])


def _is_writable(person: Person) -> bool:
    """Whether the product takes the number, after the slip."""
    return not person.phone or bool(_identity("phone", person.line))


def _identity(kind: str, text: str) -> str:
    try:
        return normalise(kind, text).identity.value if text else ""
    except InvalidContact:
        return ""


def _lookalike(number: int, person: Person, dice: random.Random) -> Record | None:
    kinds = list(NEIGHBOURS)
    for kind in dice.sample(kinds, len(kinds)):
        other = NEIGHBOURS[kind](person, dice)
        if other and _is_writable(other) and not _is_blocked(person, other):
            return _record(number, other, lookalike=kind)
    return None
