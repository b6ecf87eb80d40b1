"""What an old label means today."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from servicekit.text import folded


@dataclass(frozen=True, slots=True)
class Rename:
    """An option or a tag that is called otherwise now, or is part of another one."""

    labelled_id: UUID
    field: str
    before: str
    after: str
    joined_to: UUID | None
    revision: int


@dataclass(frozen=True, slots=True)
class Present:
    """What it is called now, and which it was joined to."""

    label: str
    joined_to: UUID | None


def labels_of_today(
    former: Mapping[str, Collection[UUID]], present: Mapping[UUID, Present], today: Collection[str]
) -> dict[str, str]:
    """By each old label the one that whatever was called so has now; `former` are folded.

    What something is called `today` means that, and what several were called once means none of them.
    """
    taken, found = {folded(label) for label in today}, {}
    for label, ids in former.items():
        now = {present_label(each, present) for each in ids} - {None}
        if label not in taken and len(now) == 1 and folded(only := str(now.pop())) != label:
            found[label] = only
    return found


def present_label(labelled_id: UUID, present: Mapping[UUID, Present]) -> str | None:
    """After all renames and joins that are known."""
    met: set[UUID] = set()
    while (known := present.get(labelled_id)) is not None and labelled_id not in met:
        if known.joined_to is None or known.joined_to not in present:
            return known.label
        met.add(labelled_id)
        labelled_id = known.joined_to
    return None
