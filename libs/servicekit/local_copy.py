"""An uploaded file on this machine's disk, for as long as somebody reads it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from types import TracebackType

from servicekit.confined.refused import FileRefused
from servicekit.files import storage


class LocalCopy:
    """A copy without a name: whatever happens to this process, nothing of it is left.

    `path` is for this process and its children, until `close()`.
    """

    def __init__(self, key: str | None) -> None:
        """Raises FileRefused `file_gone` for a file that is not there any more."""
        number, name = tempfile.mkstemp(prefix="upload-")
        try:
            if key is None:
                raise FileNotFoundError
            storage().download(key, Path(name))
        except FileNotFoundError:
            os.close(number)
            raise FileRefused("file_gone", "The uploaded file is not kept any more.") from None
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
