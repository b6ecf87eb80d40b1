"""Ways in which one person is written down twice, and people who only look like one. Pure."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

from anyascii import anyascii

from bench.given_names import ENGLISH, Language

PROVIDERS = ("gmail.com", "hotmail.com", "outlook.com", "yahoo.com.br", "icloud.com", "uol.com.br")


@dataclass(frozen=True)
class Person:
    """Somebody, as somebody wrote them down. `phone` is digits after the `prefix` of the place."""

    language: Language
    given: tuple[str, ...]
    family: tuple[str, ...]
    prefix: str
    phone: str
    local: str
    domain: str
    shown: str = ""  # the name, if it is not made of the others

    @cached_property
    def name(self) -> str:
        return self.shown or " ".join((*self.given, *self.family))

    @property
    def line(self) -> str:
        return f"{self.prefix}{self.phone}" if self.phone else ""

    @property
    def email(self) -> str:
        return f"{self.local}@{self.domain}" if self.local else ""

    @property
    def has_company(self) -> bool:
        return bool(self.domain) and self.domain not in PROVIDERS


def plain_letters(name: str) -> str:
    return anyascii(name).lower().replace(" ", "").replace("'", "")


# How one name is written in two ways.


def _as_it_is(person: Person, _: random.Random) -> Person | None:
    return person


def _without_accents(person: Person, dice: random.Random) -> Person | None:
    plain = anyascii(person.name)
    return replace(person, shown=dice.choice((plain, plain.upper(), plain.lower())))


def _mistyped(person: Person, dice: random.Random) -> Person | None:
    parts = person.name.split()
    at = dice.randrange(len(parts))
    if len(parts[at]) < 4:
        return None
    parts[at] = slipped(parts[at], dice, "abcdeilmnorstu")
    return replace(person, shown=" ".join(parts))


def slipped(text: str, dice: random.Random, alphabet: str) -> str:
    """One slip of the finger: a character wrong, missing, doubled, or swapped with the next."""
    at = dice.randrange(1, len(text) - 1)
    match dice.randrange(4):
        case 0:
            return text[:at] + dice.choice(alphabet) + text[at + 1 :]
        case 1:
            return text[:at] + text[at + 1 :]
        case 2:
            return text[:at] + text[at] + text[at:]
        case _:
            return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def _swapped(person: Person, dice: random.Random) -> Person | None:
    comma = dice.choice((",", ""))
    return replace(person, shown=f"{' '.join(person.family)}{comma} {' '.join(person.given)}")


def _short_name(person: Person, _: random.Random) -> Person | None:
    short = person.language.short.get(person.given[0])
    return short and replace(person, shown=" ".join((short, *person.family)))  # type: ignore[return-value]


def _initial(person: Person, _: random.Random) -> Person | None:
    return replace(person, shown=f"{person.given[0][0]}. {' '.join(person.family)}")


def _fewer_words(person: Person, _: random.Random) -> Person | None:
    if len(person.given) + len(person.family) < 3:
        return None
    return replace(person, shown=f"{person.given[0]} {person.family[-1]}")


def _particle(person: Person, dice: random.Random) -> Person | None:
    particle = dice.choice(("da", "de", "dos", "del"))
    return replace(person, shown=" ".join((*person.given, *person.family[:-1], particle, person.family[-1])))


def _married(person: Person, dice: random.Random) -> Person | None:
    """In Portuguese and Spanish a name is added or replaces the second, in English the only one."""
    new = person.language.one_family(dice)
    kept = () if person.language is ENGLISH else person.family[:1]
    return replace(person, shown=" ".join((*person.given, *kept, new)))


def _given_only(person: Person, _: random.Random) -> Person | None:
    return replace(person, shown=person.given[0])


Change = Callable[[Person, random.Random], "Person | None"]
NAMES: dict[str, Change] = {
    "same name": _as_it_is,
    "no accents, case": _without_accents,
    "typo": _mistyped,
    "swapped names": _swapped,
    "nickname": _short_name,
    "initial": _initial,
    "fewer words": _fewer_words,
    "particle": _particle,
    "married name": _married,
    "given name only": _given_only,
}


# What the second record has instead of the first one's addresses.


def _digit_off(person: Person, dice: random.Random) -> Person | None:
    return _other_line(person, lambda d, i: d[:i] + dice.choice("0123456789") + d[i + 1 :], dice)


def _digits_swapped(person: Person, dice: random.Random) -> Person | None:
    return _other_line(person, lambda d, i: d[:i] + d[i + 1 : i + 2] + d[i] + d[i + 2 :], dice)


def _digit_moved(person: Person, dice: random.Random) -> Person | None:
    def moved(digits: str, at: int) -> str:
        rest, to = digits[:at] + digits[at + 1 :], dice.randrange(len(digits))
        return rest[:to] + digits[at] + rest[to:]

    return _other_line(person, moved, dice)


def _digit_missing(person: Person, dice: random.Random) -> Person | None:
    return _other_line(person, lambda d, i: d[:i] + d[i + 1 :], dice)


def _other_line(person: Person, change: Callable[[str, int], str], dice: random.Random) -> Person | None:
    if not person.phone:
        return None
    return replace(person, phone=change(person.phone, dice.randrange(len(person.phone))), local="")


def _other_provider(person: Person, dice: random.Random) -> Person | None:
    if not person.local or person.has_company:
        return None
    return replace(person, domain=dice.choice(PROVIDERS), phone="")


def _other_digits(person: Person, dice: random.Random) -> Person | None:
    stem = person.local.rstrip("0123456789")
    return _other_local(person, f"{stem}{dice.randrange(10, 100)}") if person.local else None


def _other_dots(person: Person, dice: random.Random) -> Person | None:
    plain = person.local.replace(".", "").replace("_", "")
    return _other_local(person, f"{plain[:4]}.{plain[4:]}" if plain == person.local else plain)


def _mistyped_local(person: Person, dice: random.Random) -> Person | None:
    if len(person.local) < 8:
        return None
    return _other_local(person, slipped(person.local, dice, "abcdeilmnorstu"))


def _other_local(person: Person, local: str) -> Person | None:
    return replace(person, local=local, phone="") if person.local else None


def _same_company(person: Person, dice: random.Random) -> Person | None:
    return _other_local(person, f"x{dice.randrange(10**6)}") if person.has_company else None


CLUES: dict[str, Change] = {
    "phone: digit off": _digit_off,
    "phone: swapped": _digits_swapped,
    "phone: moved": _digit_moved,
    "phone: missing": _digit_missing,
    "e-mail: other provider": _other_provider,
    "e-mail: other digits": _other_digits,
    "e-mail: dots": _other_dots,
    "e-mail: typo": _mistyped_local,
    "e-mail: same company": _same_company,
}


# Who looks like somebody and is another.


def _sibling(person: Person, dice: random.Random) -> Person | None:
    given = tuple(person.language.given(dice))
    return None if given[0] == person.given[0] else _beside(replace(person, given=given, shown=""), dice)


def _son(person: Person, dice: random.Random) -> Person | None:
    title = "Jr" if person.language is ENGLISH else dice.choice(("Filho", "Júnior", "Neto"))
    return _beside(replace(person, shown=f"{' '.join((*person.given, *person.family))} {title}"), dice)


def _namesake(person: Person, dice: random.Random) -> Person | None:
    """The same given name at the same company."""
    return _beside(replace(person, family=tuple(person.language.families(dice)), shown=""), dice)


def _other_gender(person: Person, dice: random.Random) -> Person | None:
    twin = person.given[0][:-1] + {"o": "a", "a": "o"}.get(person.given[0][-1], "")
    names = (*person.language.women, *person.language.men)
    return _beside(replace(person, given=(twin,), shown=""), dice) if twin in names else None


def _beside(person: Person, dice: random.Random) -> Person | None:
    """At the next desk: the company's domain, another mailbox, the next number."""
    if not person.has_company:
        return None
    digits = len(person.phone)
    phone = person.phone and f"{(int(person.phone) + dice.randrange(1, 9)) % 10**digits:0{digits}}"
    words = person.name.split()
    local = f"{plain_letters(words[0])}.{plain_letters(words[-1])}{dice.randrange(10) or ''}"
    return replace(person, phone=phone, local=local)


NEIGHBOURS: dict[str, Change] = {
    "sibling": _sibling,
    "son": _son,
    "namesake": _namesake,
    "other gender": _other_gender,
}
