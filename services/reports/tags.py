"""Tags as one caller sees them: asked of customers, each once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from servicekit.scope import Scope
from servicekit.text import folded
from services.reports.configuring.domain.known import Option

AT_ONCE: Final = 1_000
_DEADLINE: Final = 5.0


class Tags:
    """What was not asked for yet is not known. A tag that the caller does not see does not exist."""

    def __init__(self, customers: Callable[..., Any], scope: Scope) -> None:
        self._customers, self._scope = customers, scope
        self._ids: dict[str, Option | None] = {}
        self._names: dict[str, Option | None] = {}

    def ask(self, *, ids: Iterable[str] = (), names: Iterable[str] = ()) -> None:
        """Calls another service: never within a transaction."""
        new_ids = sorted(set(ids) - self._ids.keys())
        new_names = sorted(set(map(folded, names)) - self._names.keys())
        for first in range(0, max(len(new_ids), len(new_names)), AT_ONCE):
            self._ask(new_ids[first : first + AT_ONCE], new_names[first : first + AT_ONCE])

    def with_id(self, tag_id: str) -> Option | None:
        """What this tag, or the one that it was joined to, is called today."""
        return self._ids.get(tag_id)

    def called(self, name: str) -> Option | None:
        """What whoever uses this name today means."""
        return self._names.get(folded(name))

    @property
    def options(self) -> tuple[Option, ...]:
        """All that are known by now; one that was joined to another is named by its own id, too."""
        found = {tag_id: Option(tag_id, tag.label) for tag_id, tag in self._ids.items() if tag}
        named = {tag.id: tag for tag in self._names.values() if tag}
        return tuple((named | found).values())

    def _ask(self, ids: Sequence[str], names: Sequence[str]) -> None:
        told = self._customers(
            "tags_named", self._scope.dump(), ids=list(ids), names=list(names), deadline=_DEADLINE
        )
        for known, asked, found in ((self._ids, ids, told["ids"]), (self._names, names, told["names"])):
            tags = {text: Option(tag["id"], tag["name"]) for text, tag in found.items()}
            known.update({text: tags.get(text) for text in asked})
