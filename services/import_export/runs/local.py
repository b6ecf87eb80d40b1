"""A folder on this machine's disk for files that are being made."""

from __future__ import annotations

import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

_SCRATCH: Final = "import-files-"
_LOCK: Final = "lock"


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for files that are being made. What killed processes have left is taken away first."""
    _clear_left_behind()
    fresh = Path(tempfile.mkdtemp(prefix=f".{_SCRATCH}"))
    with (fresh / _LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        folder = fresh.rename(
            fresh.with_name(fresh.name.removeprefix("."))
        )  # found by others only once locked
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _clear_left_behind() -> None:
    """Folders whose lock nobody holds."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_SCRATCH}*"):
        with suppress(OSError), (folder / _LOCK).open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
