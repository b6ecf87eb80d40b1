"""Whom a call is about: by name, or by what is searched for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from services.customers.filters.domain.tree import Node
from services.customers.search.domain.query import Query


@dataclass(frozen=True, slots=True)
class Selection:
    """Everybody whom the caller sees, narrowed by whatever is given."""

    ids: tuple[UUID, ...] | None = None
    q: Query | None = None
    filter: Node | None = None
    excluded: frozenset[UUID] = frozenset()

    @property
    def finds_everybody(self) -> bool:
        """All but the excluded, that is."""
        return self.ids is None and self.q is None and self.filter is None


EVERYBODY: Final = Selection()
