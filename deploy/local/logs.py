"""The log files of programs: what they write goes there, and what matters of it also to the console."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

_ROTATE_BYTES = 50_000_000
# As our services, RabbitMQ and PostgreSQL mark them.
_ERROR = re.compile(
    r'"level": ?"(?i:error|critical)"|\[(?:error|critical)\]|\b(?:ERROR|CRITICAL|FATAL|PANIC):? '
)
# What PostgreSQL answers to whoever asks whether it is ready yet.
_EXPECTED = "the database system is starting up"
_AT_ONCE = 3
_WIDTH = 400


class LogFile:
    """One program's log. The program holds the file itself, so it survives the death of its supervisor."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        self._seen = path.stat().st_size
        self._began = self._seen

    def mark_start(self) -> None:
        """From here on a new run of the program writes."""
        self._began = self.path.stat().st_size

    def new_errors(self) -> list[str]:
        """Lines of errors written since the last call: a few, each cut to a line of the console."""
        lines = self._new_lines()
        errors = [line for line in lines if _ERROR.search(line) and _EXPECTED not in line]
        shown = [line[:_WIDTH] for line in errors[:_AT_ONCE]]
        if len(errors) > _AT_ONCE:
            shown.append(f"… {len(errors) - _AT_ONCE} more errors in {self.path}")
        return shown

    def last_line(self) -> str:
        """The last words of the present run, or nothing."""
        lines = self.tail(1)
        return lines[0][:_WIDTH] if lines else ""

    def tail(self, count: int) -> list[str]:
        """The last lines of the present run."""
        with self.path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(self._began, size - 64_000) if size >= self._began else 0)
            lines = file.read().decode(errors="replace").splitlines()
        return [line for line in lines if line.strip()][-count:]

    def rotate(self) -> None:
        """Keeps one older file. Copied and emptied, as the program goes on writing to the one it holds."""
        if self.path.stat().st_size > _ROTATE_BYTES:
            shutil.copyfile(self.path, self.path.with_suffix(".log.1"))
            with self.path.open("r+b") as file:
                file.truncate(0)
            self._seen = self._began = 0

    def _new_lines(self) -> list[str]:
        size = self.path.stat().st_size
        if size < self._seen:
            self._seen = 0
        if size == self._seen:
            return []
        with self.path.open("rb") as file:
            file.seek(self._seen)
            data = file.read(1_000_000)
        whole = data[: data.rfind(b"\n") + 1] or data
        self._seen += len(whole)
        return whole.decode(errors="replace").splitlines()
