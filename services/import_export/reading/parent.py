"""Reads a file in a process of its own, which may die of it.

What goes wrong with the file is a `FileRefused`. Nothing here imports what reads files, so that a worker that
waits for work stays small.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Final, TypedDict

import orjson

from services.import_export.reading import limits
from services.import_export.reading.domain.problems import FileRefused

__all__ = ["FileRefused", "Inspected", "ReadingFailed", "Rows", "StagedRow", "inspect", "rows"]

_MODULE: Final = "services.import_export.reading.child"
_BLOCK: Final = 1 << 18


class Inspected(TypedDict):
    """`detected`: the options in force, with sheets, columns, rows, rules and warnings."""

    detected: dict[str, Any]
    suggested_mapping: dict[str, Any]


class StagedRow(TypedDict):
    """A row as it is kept until the import is over. Rows with errors have no form."""

    n: int
    cells: list[str | None]
    form: dict[str, Any] | None
    keys: list[int]
    errors: list[dict[str, str]]
    warnings: list[dict[str, str]]


class ReadingFailed(Exception):
    """The child failed by a defect of ours, not by the file. The message holds no data of the file."""


def inspect(
    path: str | Path, *, filename: str, options: Mapping[str, Any] | None = None, facts: Mapping[str, Any]
) -> Inspected:
    """What the file is, how it would be read, and what its columns most likely are."""
    task = {"mode": "inspect", "path": str(path), "filename": filename, "options": options, "facts": facts}
    child = _Child(task)
    try:
        answer: Inspected = child.next_line()["inspected"]
        return answer
    finally:
        child.close()


def rows(
    path: str | Path,
    *,
    filename: str,
    options: Mapping[str, Any],
    mapping: Mapping[str, Any] | None,
    facts: Mapping[str, Any],
    after: int = 0,
) -> Rows:
    """The rows after row `after`, about a thousand at a time. `close()` it when done with it."""
    task = {"mode": "rows", "path": str(path), "filename": filename, "options": options}
    return Rows({**task, "mapping": mapping, "facts": facts, "after": after})


class Rows(Iterator[list[StagedRow]]):
    """Chunks of rows in order. At the end `blank` is the number of blank lines, which are no rows."""

    def __init__(self, task: Mapping[str, Any]) -> None:
        self._child = _Child(task)
        self._ended = False
        self.blank = 0

    def __next__(self) -> list[StagedRow]:
        if self._ended:
            raise StopIteration
        line = self._child.next_line()
        if "end" in line:
            self.blank = line["end"]["blank"]
            self.close()
            raise StopIteration
        chunk: list[StagedRow] = line["rows"]
        return chunk

    def close(self) -> None:
        """Ends the child, however far it has come. Twice does no harm."""
        self._ended = True
        self._child.close()

    def __enter__(self) -> Rows:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Child:
    """The process, and its lines."""

    def __init__(self, task: Mapping[str, Any]) -> None:
        self._buffer = bytearray()
        self._process = subprocess.Popen(
            [sys.executable, "-m", _MODULE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            start_new_session=True,
        )
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._out, selectors.EVENT_READ)
        self._send(orjson.dumps(task) + b"\n")

    @property
    def _out(self) -> IO[bytes]:
        assert self._process.stdout is not None
        return self._process.stdout

    def _send(self, line: bytes) -> None:
        assert self._process.stdin is not None
        try:
            with self._process.stdin as pipe:
                pipe.write(line)
        except BrokenPipeError:
            self._refuse_the_dead()

    def next_line(self) -> dict[str, Any]:
        """Its next word. Raises FileRefused if it refuses the file, falls silent or dies of it."""
        deadline = time.monotonic() + limits.SILENT_SECONDS
        searched = 0
        while (end := self._buffer.find(b"\n", searched)) < 0:
            searched = len(self._buffer)
            self._receive(deadline)
        line: dict[str, Any] = orjson.loads(self._buffer[:end])
        del self._buffer[: end + 1]
        if "refused" in line:
            raise FileRefused(line["refused"]["code"], line["refused"]["detail"])
        if "failed" in line:
            raise ReadingFailed(line["failed"])
        return line

    def _receive(self, deadline: float) -> None:
        if not self._selector.select(max(0.0, deadline - time.monotonic())):
            self.close()
            raise _takes_too_long()
        block = os.read(self._out.fileno(), _BLOCK)
        if not block:
            self._refuse_the_dead()
        self._buffer += block

    def _refuse_the_dead(self) -> None:
        """The kernel ends it for its time with SIGXCPU; the lack of memory shows in many ways."""
        status = self._process.wait()
        if status == -signal.SIGXCPU:
            raise _takes_too_long()
        if status not in (limits.OUT_OF_MEMORY, -signal.SIGABRT, -signal.SIGSEGV, -signal.SIGKILL):
            raise ReadingFailed(f"ended with {status}")
        raise FileRefused("too_large_to_read", "Reading this file needs more memory than a file may take.")

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._selector.close()
        self._out.close()


def _takes_too_long() -> FileRefused:
    return FileRefused("takes_too_long", "Reading this file takes longer than a file may take.")


def _environment() -> dict[str, str]:
    """Nothing of ours but where the code is: no address, no password."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "PYTHONPATH": os.pathsep.join(os.path.abspath(folder) for folder in sys.path),
        "PYTHONDONTWRITEBYTECODE": "1",
        "LANG": "C.UTF-8",
        # Its threads would reserve memory for each processor of the machine, and nothing is computed here.
        "OPENBLAS_NUM_THREADS": "1",
    }
