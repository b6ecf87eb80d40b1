"""What becomes of a file that cannot be read."""

from __future__ import annotations


class FileRefused(Exception):
    """The file as a whole cannot be taken. `code` is stable; `detail` is for people and quotes nothing."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail


class ReadingFailed(Exception):
    """The child failed by a defect of ours, not by the file. The message holds no data of the file."""
