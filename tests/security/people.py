"""Made-up people. The same seed gives the same people; numbers of different blocks never meet."""

from __future__ import annotations

import random
from typing import Any

FIRST = ("Ana", "Maria", "João", "José", "Zoë", "Ñusta", "Łukasz", "Ömer", "李", "O'Neil")
LAST = ("Silva", "Souza", "Costa", "Álvarez", "Müller", "d'Ávila", "Nowak", "王")
TAGS = ("vip", "lead", "fiel", "Wholesale", "atrasado")
OPTIONS = ("Bronze", "Silver", "Gold")
# The first digit after the ninth digit of a mobile: who made the number.
BASE, HIDDEN, TYPED, CANARY = 9, 8, 7, 6


class People:
    """Gives people with addresses that nobody else has."""

    def __init__(self, rng: random.Random, block: int) -> None:
        self._rng, self._block = rng, block
        self._number = rng.randrange(1_000_000)

    def phone(self) -> str:
        """A Brazilian mobile in E.164."""
        self._number += self._rng.randint(1, 7)
        return f"+55{self._rng.choice((11, 21, 51))}9{self._block}{self._number:07d}"

    def name(self) -> str:
        return f"{self._rng.choice(FIRST)} {self._rng.choice(LAST)}"

    def email(self) -> str:
        self._number += 1
        return f"p{self._block}{self._number}@example.com"

    def customer(self, *teams: str) -> dict[str, Any]:
        """The body of a creation, with what most customers have."""
        rng, body = self._rng, {"name": self.name(), "teams": list(teams), "phone": self.phone()}
        if rng.random() < 0.6:
            body["email"] = self.email()
        if rng.random() < 0.7:
            body["tags"] = rng.sample(TAGS, rng.randint(1, 3))
        if rng.random() < 0.3:
            body["status"] = rng.choice(("inactive", "blocked"))
        if rng.random() < 0.7:
            custom = {"plan": rng.choice(OPTIONS), "score": rng.randint(0, 5), "birthday": "1990-02-01"}
            body["custom"] = dict(rng.sample(sorted(custom.items()), rng.randint(1, 3)))
        return body
