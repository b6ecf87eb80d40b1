"""Addresses that must not reach an agent who gets no contact data, and the search for their spellings."""

from __future__ import annotations

import base64
import binascii
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote

from tests.security.door import Answer

_BETWEEN = re.compile(r"[ ()./\-\u00a0\u2011]")
_ENCODED = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")


@dataclass(frozen=True)
class Canary:
    """One address. `where` says how it came into the records; any of the `needles` gives it away."""

    where: str
    needles: tuple[str, ...] = field(repr=False)


def of_number(where: str, phone: str) -> Canary:
    """In any spelling of the Brazilian mobile `phone` (E.164), with and without its ninth digit."""
    area, ninth, rest = phone[3:5], phone[5], phone[6:]
    return Canary(where, (ninth + rest, area + rest))


def of_word(where: str, word: str) -> Canary:
    """A part of an address that is found nowhere else, in either case."""
    return Canary(where, (word.casefold(),))


def a_word() -> str:
    """Letters only, which no id and no digest holds."""
    return "zq" + "".join(chr(ord("g") + secrets.randbelow(20)) for _ in range(10))


def hits(canaries: list[Canary], answer: Answer) -> list[Canary]:
    """The canaries that can be read in an answer, whatever it is wrapped in."""
    text = answer.text()
    seen = "\n".join([text, unquote(text), *_decoded(text)]).casefold()
    seen += "\n" + _BETWEEN.sub("", seen)
    return [canary for canary in canaries if any(needle in seen for needle in canary.needles)]


def _decoded(text: str) -> Iterator[str]:
    for found in _ENCODED.findall(text):
        try:
            yield base64.urlsafe_b64decode(found + "=" * (-len(found) % 4)).decode("utf-8", "replace")
        except (binascii.Error, ValueError):
            continue
