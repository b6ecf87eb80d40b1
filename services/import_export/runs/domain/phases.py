"""The life of an import, and how it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from servicekit.errors import Conflict

READING: Final = "reading"
MAPPING: Final = "mapping"
CHECKING: Final = "checking"
CHECKED: Final = "checked"
WAITING: Final = "waiting"
RUNNING: Final = "running"
FINISHED: Final = "finished"
UNDOING: Final = "undoing"
UNDONE: Final = "undone"
FAILED: Final = "failed"
CANCELLED: Final = "cancelled"

BEFORE_START: Final = frozenset({READING, MAPPING, CHECKING, CHECKED})
AT_WORK: Final = frozenset({READING, CHECKING, RUNNING, UNDOING})
OVER: Final = frozenset({FINISHED, UNDONE, FAILED, CANCELLED})

COUNTS: Final = ("created", "updated", "merged", "unchanged", "skipped", "refused", "needs_review")
_STATUSES: Final = {
    MAPPING: "awaiting_input",
    CHECKED: "awaiting_input",
    WAITING: "queued",
    UNDONE: "succeeded",
    FAILED: "failed",
    CANCELLED: "cancelled",
}


def status_of(phase: str, *, counts: Mapping[str, int], begun: bool) -> str:
    """Of those that all long work has. `begun`: a worker has taken up what the phase waits for."""
    if phase in AT_WORK:
        return "running" if begun else "queued"
    if phase == FINISHED:
        left = counts.get("refused", 0) + counts.get("needs_review", 0)
        return "partially_failed" if left else "succeeded"
    return _STATUSES[phase]


def check_mappable(phase: str) -> None:
    """Raises Conflict unless the mapping can still be changed."""
    if phase in (MAPPING, CHECKED):
        return
    raise Conflict(_busy(phase), {"phase": phase})


def check_checkable(phase: str, *, is_mapped: bool) -> None:
    """Raises Conflict unless a check can begin."""
    if phase not in (MAPPING, CHECKED):
        raise Conflict(_busy(phase), {"phase": phase})
    if not is_mapped:
        raise Conflict("mapping_needed", {"phase": phase})


def check_startable(phase: str, *, same_options: bool) -> None:
    """Raises Conflict unless exactly this was checked."""
    if phase in (MAPPING, READING, CHECKING) or (phase == CHECKED and not same_options):
        raise Conflict("check_first", {"phase": phase})
    if phase != CHECKED:
        raise Conflict(_busy(phase), {"phase": phase})


def _busy(phase: str) -> str:
    if phase in (READING, CHECKING):
        return "still_working"
    return "import_is_over" if phase in (FAILED, CANCELLED) else "already_started"
