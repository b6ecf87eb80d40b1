"""Files that this worker process has open: a child reads on while the rows before are being staged.

They are a convenience: another process, or this one after a failure, opens the file anew and goes on.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final
from uuid import UUID

from services.import_export.reading.parent import Rows, StagedRow
from services.import_export.runs.local import LocalCopy

_IDLE_SECONDS: Final = 60.0


class Sheet:
    """One file with a child that reads it. `after`: the last row that was handed out."""

    def __init__(self, copy: LocalCopy, rows: Rows, *, after: int) -> None:
        self._copy = copy
        self._rows = rows
        self.after = after
        self.used = time.monotonic()

    def next(self) -> list[StagedRow] | None:
        """The rows that follow; None after the last."""
        self.used = time.monotonic()
        chunk = next(self._rows, None)
        if chunk:
            self.after = chunk[-1]["n"]
        return chunk

    @property
    def blank(self) -> int:
        return self._rows.blank

    def close(self) -> None:
        self._rows.close()
        self._copy.close()


_open: dict[UUID, Sheet] = {}


def sheet(import_id: UUID, *, after: int, opened: Callable[[], Sheet]) -> Sheet:
    """The one of this import, standing behind row `after`."""
    _close_forgotten(import_id)
    known = _open.get(import_id)
    if known is not None and known.after == after:
        return known
    close(import_id)
    _open[import_id] = fresh = opened()
    return fresh


def close(import_id: UUID) -> None:
    known = _open.pop(import_id, None)
    if known is not None:
        known.close()


def close_all() -> None:
    for import_id in list(_open):
        close(import_id)


def _close_forgotten(but: UUID) -> None:
    """Of imports that were cancelled, or that another process has taken over."""
    now = time.monotonic()
    for import_id, each in list(_open.items()):
        if import_id != but and now - each.used > _IDLE_SECONDS:
            close(import_id)
