"""What events tell of customers: who may be another by now, who is gone for good, who are said to be one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

Ends = tuple[UUID, UUID]
_PURGED: Final = "purged"
_ALLOWED: Final = "allowed"
# By these nobody is alike.
_OF_NO_INTEREST: Final = frozenset({"tags", "teams", "status", "assignee", "channel"})


@dataclass(slots=True)
class Told:
    """`ids` are to be asked about. `together`: by which fields these records were named as one person's."""

    ids: set[UUID] = field(default_factory=set)
    purged: set[UUID] = field(default_factory=set)
    together: dict[Ends, tuple[str, ...]] = field(default_factory=dict)
    allowed: set[Ends] = field(default_factory=set)

    @property
    def of_pairs(self) -> set[UUID]:
        """Records of which something was said besides what they are."""
        return {end for ends in (*self.together, *self.allowed) for end in ends}

    def changed(self, data: Mapping[str, Any]) -> None:
        """customers.changed.v1. Raises what a malformed one leads to, as all of these do."""
        for entry in data["customers"]:
            ids = {UUID(entry["id"]), *map(UUID, entry.get("members") or ())}
            if entry["kind"] == _PURGED:
                self.purged |= ids
            elif _is_of_interest(entry):
                self.ids |= ids

    def merged(self, data: Mapping[str, Any]) -> None:
        """customer.merged.v1"""
        self.ids.update(map(UUID, (*data["absorbed"], *data["members"])))

    def unmerged(self, data: Mapping[str, Any]) -> None:
        """customer.unmerged.v1"""
        self.ids.update(map(UUID, (*data["restored"], *data["members"])))

    def detected(self, data: Mapping[str, Any]) -> None:
        """duplicate.detected.v1"""
        fields = tuple(sorted(map(str, data.get("fields") or ())))
        for a, b in data["pairs"]:
            ends = min(UUID(a), UUID(b)), max(UUID(a), UUID(b))
            if ends[0] == ends[1]:
                continue
            self.ids.update(ends)
            if data["decision"] == _ALLOWED:
                self.allowed.add(ends)
            else:
                self.together.setdefault(ends, fields)


def _is_of_interest(entry: Mapping[str, Any]) -> bool:
    """An entry that names no fields may be about any."""
    fields = entry.get("fields") or ()
    return not fields or any(
        each not in _OF_NO_INTEREST and not each.startswith("custom.") for each in fields
    )
