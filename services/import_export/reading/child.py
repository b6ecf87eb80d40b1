"""The process that reads one file: `python -m services.import_export.reading.child`, used by `parent` alone.

One line of JSON in says what to do, lines of JSON out say what came of it. It has no password, can write no
file, and ends when it uses too much memory or time.
"""

from __future__ import annotations

import sys
from typing import Any, BinaryIO

import orjson

from services.import_export.reading import limits
from services.import_export.reading.domain.problems import FileRefused


def main() -> int:
    task: dict[str, Any] = orjson.loads(sys.stdin.buffer.readline())
    inspecting = task["mode"] == "inspect"
    limits.confine(cpu_seconds=limits.INSPECT_SECONDS if inspecting else limits.ROWS_SECONDS)
    out = sys.stdout.buffer
    try:
        _do(task, out)
    except FileRefused as refused:
        _say(out, {"refused": {"code": refused.code, "detail": refused.detail}})
    except MemoryError:
        return limits.OUT_OF_MEMORY
    except BrokenPipeError:
        return 0
    except Exception as error:
        # What an exception says may quote the file; where it came from does not.
        _say(out, {"failed": _place(error)})
    return 0


def _do(task: dict[str, Any], out: BinaryIO) -> None:
    """Imported this late so that the limits hold for the libraries too."""
    from services.import_export.reading import detection, inspection, staging

    table = detection.opened(task["path"], filename=task["filename"], options=task["options"] or {})
    if task["mode"] == "inspect":
        _say(out, {"inspected": inspection.inspected(table, task["facts"])})
        return
    for line in staging.lines(table, mapping=task["mapping"], facts=task["facts"], after=task["after"]):
        out.write(line)
        out.flush()


def _say(out: BinaryIO, line: dict[str, Any]) -> None:
    out.write(orjson.dumps(line) + b"\n")
    out.flush()


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else "nowhere"
    return f"{type(error).__name__} at {where}"


if __name__ == "__main__":
    sys.exit(main())
