"""The side of the process that reads one file: a line of JSON says what to do, lines say what came of it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, BinaryIO

import orjson

from servicekit.confined.limits import OUT_OF_MEMORY, Limits, confine
from servicekit.confined.refused import FileRefused

Task = dict[str, Any]


class Output:
    """What the parent is told, by `say` and by `send`."""

    def __init__(self, pipe: BinaryIO) -> None:
        self._pipe = pipe

    def say(self, line: dict[str, Any]) -> None:
        self.write(orjson.dumps(line) + b"\n")

    def write(self, line: bytes) -> None:
        """A line of JSON that is one already."""
        self._pipe.write(line)
        self._pipe.flush()

    def send(self, block: bytes) -> None:
        """Bytes that are no JSON: `Child.copy_to` takes them."""
        if block:
            self._pipe.write(b'{"bytes":%d}\n' % len(block))
            self._pipe.write(block)


def serve(limits_of: Callable[[Task], Limits], work: Callable[[Task, Output], None]) -> int:
    """Does the one task that comes, and returns the status with which the process is to end.

    `work` imports what it needs itself, so that the limits hold for the libraries too.
    """
    task: Task = orjson.loads(sys.stdin.buffer.readline())
    confine(limits_of(task))
    out = Output(sys.stdout.buffer)
    try:
        _answer(task, work, out)
        sys.stdout.buffer.flush()
    except MemoryError:
        return OUT_OF_MEMORY
    except BrokenPipeError:
        sys.stdout = None  # nobody is left to flush it to
    return 0


def _answer(task: Task, work: Callable[[Task, Output], None], out: Output) -> None:
    try:
        work(task, out)
    except FileRefused as refused:
        out.say({"refused": {"code": refused.code, "detail": refused.detail}})
    except (MemoryError, BrokenPipeError):
        raise
    except Exception as error:
        out.say({"failed": place_of(error)})


def place_of(error: BaseException) -> str:
    """Where it came from. What an exception says may quote the file."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else "nowhere"
    return f"{type(error).__name__} at {where}"
