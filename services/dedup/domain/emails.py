"""What an e-mail address tells of its owner besides being one: a company, and how they write their name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Final

from rapidfuzz.distance import OSA

from services.dedup.domain.mailboxes import FREE_DOMAINS, ROLES

_NO_LETTERS: Final = re.compile(r"[^a-z0-9]+")
# Shorter ones are alike by chance.
_SHORTEST: Final = 6
_LONGEST: Final = 24


@dataclass(frozen=True, slots=True)
class Email:
    """`local` is without separators and tag, `stem` without trailing digits too; "" where it tells nothing.

    `company` is the domain, or "" where anybody can have a mailbox.
    """

    domain: str
    company: str
    local: str
    stem: str

    @property
    def digits(self) -> str:
        """What follows the stem, such as a year of birth."""
        return self.local[len(self.stem) :]


@lru_cache(maxsize=65_536)
def read_email(address: str) -> Email:
    local, _, domain = address.rpartition("@")
    local = _NO_LETTERS.sub("", local.partition("+")[0])
    stem = local.rstrip("0123456789")
    if stem in ROLES or len(stem) < 3:
        local = stem = ""
    company = "" if domain in FREE_DOMAINS else domain
    return Email(domain, company, local, stem)


class Local(Enum):
    """How two local parts are alike, the strongest first."""

    EQUAL = "the same letters and digits"
    SLIP = "one slip of the finger between them"
    OTHER_DIGITS = "the same letters before other digits"


def local_likeness(a: Email, b: Email) -> Local | None:
    """None for those that are not alike, or that say nothing."""
    if not a.local or not b.local:
        return None
    if a.local == b.local:
        return Local.EQUAL
    if min(len(a.stem), len(b.stem)) < _SHORTEST:
        return None
    if a.stem == b.stem:
        return Local.OTHER_DIGITS
    if a.digits != b.digits:
        return None
    return Local.SLIP if OSA.distance(a.stem, b.stem, score_cutoff=1) <= 1 else None


def neighbourhood(email: Email) -> set[str]:
    """Its local part, whole and with each letter left out: a slip leaves one of these as it was."""
    local, letters = email.local[:_LONGEST], len(email.stem)
    if letters < _SHORTEST:
        return {local} - {""}
    return {local, *(local[:i] + local[i + 1 :] for i in range(min(letters, len(local))))}
