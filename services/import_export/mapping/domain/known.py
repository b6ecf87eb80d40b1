"""Fields, options and teams by what they are called: made once for a file, asked for each of its columns."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from servicekit.text import folded
from services.import_export.mapping.domain.vocabulary import compact
from services.import_export.mapping.domain.wrong import Facts, Json


class Known:
    """What is called what today."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.fields: list[Json] = list(facts.get("fields") or ())

    @cached_property
    def by_label(self) -> dict[str, list[str]]:
        """The keys of the fields with a label, whatever its case and accents."""
        found: dict[str, list[str]] = {}
        for field in self.fields:
            found.setdefault(folded(field["label"]), []).append(field["key"])
        return found

    @cached_property
    def by_word(self) -> dict[str, str]:
        """The key of the first field with a label or key that is compacted to this."""
        found: dict[str, str] = {}
        for field in self.fields:
            found.setdefault(compact(field["label"]), field["key"])
            found.setdefault(compact(field["key"]), field["key"])
        return found

    @cached_property
    def keys(self) -> frozenset[str]:
        return frozenset(field["key"] for field in self.fields)

    @cached_property
    def by_option(self) -> dict[str, frozenset[str]]:
        """The keys of the fields with an option of this label."""
        found: dict[str, set[str]] = {}
        for field in self.fields:
            for option in field.get("options") or ():
                found.setdefault(folded(option["label"]), set()).add(field["key"])
        return {label: frozenset(keys) for label, keys in found.items()}

    @cached_property
    def teams(self) -> frozenset[str]:
        """Ids and names."""
        teams = self.facts.get("teams") or ()
        return frozenset(folded(name) for team in teams for name in (team["id"], team["name"]))

    def fields_with(self, labels: Iterable[str]) -> frozenset[str]:
        """The keys of the fields that have all these options."""
        sets = [self.by_option.get(folded(label), frozenset()) for label in labels]
        return frozenset.intersection(*sets) if sets else frozenset()
