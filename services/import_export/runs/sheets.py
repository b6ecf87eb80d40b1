"""Files that this worker process has open: a child reads on while the rows before are being staged.

They are a convenience: another process, or this one after a failure, opens the file anew and goes on. One
that nobody asks for any more, because its import was cancelled or taken over, is closed after a minute.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final
from uuid import UUID

from servicekit.local_copy import LocalCopy
from services.import_export.reading.parent import Rows, StagedRow

IDLE_SECONDS: Final = 60.0


class Sheet:
    """One file with a child that reads it. `after`: the last row that was handed out."""

    def __init__(self, copy: LocalCopy, rows: Rows, *, after: int) -> None:
        self._copy = copy
        self._rows = rows
        self.after = after
        self.used = time.monotonic()

    def next(self) -> list[StagedRow] | None:
        """The rows that follow; None after the last."""
        chunk = next(self._rows, None)
        if chunk:
            self.after = chunk[-1]["n"]
        self.used = time.monotonic()
        return chunk

    @property
    def blank(self) -> int:
        """Lines that are no rows, known after the last one."""
        return self._rows.blank

    def close(self) -> None:
        self._rows.close()
        self._copy.close()


_mutex: Final = threading.Lock()
_parked: Final[dict[UUID, Sheet]] = {}  # by import
_looking: Final = threading.Event()


def read_on(
    import_id: UUID, *, after: int, opened: Callable[[], Sheet]
) -> tuple[list[StagedRow] | None, int]:
    """The rows behind row `after`; None after the last, and then how many lines were blank."""
    sheet = _take(import_id, after) or opened()
    try:
        chunk = sheet.next()
    except BaseException:
        sheet.close()
        raise
    if chunk is None:
        sheet.close()
        return None, sheet.blank
    _park(import_id, sheet)
    return chunk, 0


def close(import_id: UUID) -> None:
    with _mutex:
        known = _parked.pop(import_id, None)
    if known is not None:
        known.close()


def close_all() -> None:
    for import_id in list(_parked):
        close(import_id)


def close_forgotten(*, seconds: float = IDLE_SECONDS) -> None:
    """Those that nobody has asked for that long."""
    before = time.monotonic() - seconds
    with _mutex:
        forgotten = [import_id for import_id, sheet in _parked.items() if sheet.used < before]
    for import_id in forgotten:
        close(import_id)


def _take(import_id: UUID, after: int) -> Sheet | None:
    """Whoever has it parks or closes it."""
    with _mutex:
        sheet = _parked.pop(import_id, None)
    if sheet is not None and sheet.after != after:
        sheet.close()
        return None
    return sheet


def _park(import_id: UUID, sheet: Sheet) -> None:
    with _mutex:
        _parked[import_id] = sheet
    _look_later()


def _look_later() -> None:
    if not _looking.is_set():
        _looking.set()
        timer = threading.Timer(IDLE_SECONDS, _look)
        timer.daemon = True
        timer.start()


def _look() -> None:
    _looking.clear()
    close_forgotten()
    if _parked:
        _look_later()
