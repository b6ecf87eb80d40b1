"""Starts the process that reads a file, and hears what it says.

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
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import IO, Any, BinaryIO, Final

import orjson

from servicekit.confined.limits import OUT_OF_MEMORY
from servicekit.confined.refused import FileRefused, ReadingFailed

_BLOCK: Final = 1 << 18
_LOOK_SECONDS: Final = 0.2
_KILLED_BY_MEMORY: Final = (OUT_OF_MEMORY, -signal.SIGABRT, -signal.SIGSEGV, -signal.SIGKILL)


class Child:
    """The process, and its lines. `silent_seconds` of the clock are for one that neither works nor speaks."""

    def __init__(self, module: str, task: Mapping[str, Any], *, silent_seconds: float = 600.0) -> None:
        self._silent_seconds = silent_seconds
        self._buffer = bytearray()
        self._process = subprocess.Popen(
            [sys.executable, "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(),
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

    def next_line(self, *, while_waiting: Callable[[], None] | None = None) -> dict[str, Any]:
        """Its next word. Raises FileRefused if it refuses the file, falls silent or dies of it.

        `while_waiting` is called several times a second, and may raise.
        """
        deadline = self._deadline()
        searched = 0
        while (end := self._buffer.find(b"\n", searched)) < 0:
            searched = len(self._buffer)
            self._receive(deadline, while_waiting)
        line: dict[str, Any] = orjson.loads(self._buffer[:end])
        del self._buffer[: end + 1]
        if "refused" in line:
            raise FileRefused(line["refused"]["code"], line["refused"]["detail"])
        if "failed" in line:
            raise ReadingFailed(line["failed"])
        return line

    def copy_to(self, file: BinaryIO, size: int) -> None:
        """The bytes that follow a line `{"bytes": size}`."""
        while size:
            if not self._buffer:
                self._receive(self._deadline())
            taken = min(size, len(self._buffer))
            file.write(self._buffer[:taken])
            del self._buffer[:taken]
            size -= taken

    def _deadline(self) -> float:
        return time.monotonic() + self._silent_seconds

    def _receive(self, deadline: float, while_waiting: Callable[[], None] | None = None) -> None:
        while not self._selector.select(self._pause(deadline, while_waiting)):
            if time.monotonic() >= deadline:
                self.close()
                raise _takes_too_long()
            if while_waiting:
                while_waiting()
        block = os.read(self._out.fileno(), _BLOCK)
        if not block:
            self._refuse_the_dead()
        self._buffer += block

    def _refuse_the_dead(self) -> None:
        """The kernel ends it for its time with SIGXCPU; the lack of memory shows in many ways."""
        status = self._process.wait()
        if status == -signal.SIGXCPU:
            raise _takes_too_long()
        if status not in _KILLED_BY_MEMORY:
            raise ReadingFailed(f"ended with {status}")
        raise FileRefused("too_large_to_read", "Reading this file needs more memory than a file may take.")

    @staticmethod
    def _pause(deadline: float, while_waiting: Callable[[], None] | None) -> float:
        left = max(0.0, deadline - time.monotonic())
        return min(left, _LOOK_SECONDS) if while_waiting else left

    def close(self) -> None:
        """Ends it, however far it has come. Twice does no harm."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._selector.close()
        self._out.close()

    def __enter__(self) -> Child:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: object, _trace: TracebackType | None
    ) -> None:
        self.close()


def _takes_too_long() -> FileRefused:
    return FileRefused("takes_too_long", "Reading this file takes longer than a file may take.")


def environment() -> dict[str, str]:
    """Nothing of ours but where the code is: no address, no password."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "PYTHONPATH": os.pathsep.join(os.path.abspath(folder) for folder in sys.path),
        "PYTHONDONTWRITEBYTECODE": "1",
        "LANG": "C.UTF-8",
        # Its threads would reserve memory for each processor of the machine, and there is one at work.
        "OPENBLAS_NUM_THREADS": "1",
    }
