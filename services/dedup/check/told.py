"""What the customers service decides about a check, as it was told with the last answer.

To look for likely customers takes the company's region, and whether contact data is hidden from the caller;
to ask for both first would be a second call. What was told last is true but for moments: each answer says
it again, and a search that took something else for true is made anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from weakref import WeakKeyDictionary

from sqlalchemy.pool import Pool

from servicekit.scope import Scope


@dataclass(frozen=True, slots=True)
class Told:
    """`masked`: the caller gets no contact data, and nothing may be found by it."""

    region: str = "BR"
    masked: bool = False

    @classmethod
    def load(cls, answer: dict[str, Any]) -> Told:
        return cls(answer["default_region"], answer["masked"])


# By the pool of a database, and for administrators and agents apart.
_last: Final[WeakKeyDictionary[Pool, dict[str, Told]]] = WeakKeyDictionary()


def last_told(pool: Pool, scope: Scope) -> Told:
    return _last.get(pool, {}).get(scope.role, Told())


def remember(pool: Pool, scope: Scope, told: Told) -> None:
    _last.setdefault(pool, {})[scope.role] = told
