"""The uploaded file on this machine's disk, for as long as somebody reads it."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Final

from servicekit.files import storage
from services.import_export.reading.domain.problems import FileRefused

_SCRATCH: Final = "import-files-"
_LOCK: Final = "lock"


class LocalCopy:
    """A copy without a name: whatever happens to this process, nothing of it is left.

    `path` is for this process and its children, until `close()`.
    """

    def __init__(self, key: str | None) -> None:
        """Raises FileRefused `file_gone` for a file that is not there any more."""
        number, name = tempfile.mkstemp(prefix="import-")
        try:
            if key is None:
                raise FileNotFoundError
            storage().download(key, Path(name))
        except FileNotFoundError:
            os.close(number)
            raise FileRefused("file_gone", "The uploaded file is kept for 30 days.") from None
        except BaseException:
            os.close(number)
            raise
        finally:
            os.unlink(name)
        self._number: int | None = number

    @property
    def path(self) -> Path:
        return Path(f"/proc/{os.getpid()}/fd/{self._number}")

    def close(self) -> None:
        if self._number is not None:
            os.close(self._number)
            self._number = None

    def __enter__(self) -> LocalCopy:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: object, _trace: TracebackType | None
    ) -> None:
        self.close()


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
