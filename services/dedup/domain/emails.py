"""What an e-mail address tells of its owner besides being one: a company, and how they write their name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rapidfuzz.distance import OSA

from services.dedup.domain.mailboxes import FREE_DOMAINS, ROLES

_NO_LETTERS: Final = re.compile(r"[^a-z0-9]+")
_SHORTEST_TO_MISTYPE: Final = 6


@dataclass(frozen=True, slots=True)
class Email:
    """`local` is without separators and tag, `stem` without trailing digits too; "" where it tells nothing.

    `company` is the domain, or "" where anybody can have a mailbox.
    """

    domain: str
    company: str
    local: str
    stem: str


@lru_cache(maxsize=65_536)
def read_email(address: str) -> Email:
    local, _, domain = address.rpartition("@")
    local = _NO_LETTERS.sub("", local.partition("+")[0])
    stem = local.rstrip("0123456789")
    if stem in ROLES or len(stem) < 3:
        local = stem = ""
    company = "" if domain in FREE_DOMAINS else domain
    return Email(domain, company, local, stem)


def local_likeness(a: Email, b: Email) -> int:
    """Of a hundred: 100 the same letters, 80 but for trailing digits or one slip, 0 otherwise."""
    if not a.local or not b.local:
        return 0
    if a.local == b.local:
        return 100
    if a.stem == b.stem:
        return 80 if len(a.stem) >= _SHORTEST_TO_MISTYPE else 0
    if min(len(a.stem), len(b.stem)) < _SHORTEST_TO_MISTYPE:
        return 0
    return 80 if OSA.distance(a.stem, b.stem, score_cutoff=1) <= 1 else 0
