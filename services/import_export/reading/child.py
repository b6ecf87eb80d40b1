"""The process that reads one file: `python -m services.import_export.reading.child`, used by `parent`."""

from __future__ import annotations

import sys

from servicekit.confined.child import Output, Task, serve
from servicekit.confined.limits import Limits
from services.import_export.reading.limits import INSPECT_SECONDS, ROWS_SECONDS, limits


def _limits(task: Task) -> Limits:
    return limits(cpu_seconds=INSPECT_SECONDS if task["mode"] == "inspect" else ROWS_SECONDS)


def _read(task: Task, out: Output) -> None:
    """Imported this late so that the limits hold for the libraries too."""
    from services.import_export.reading import detection, inspection, staging

    table = detection.opened(task["path"], filename=task["filename"], options=task["options"] or {})
    if task["mode"] == "inspect":
        out.say({"inspected": inspection.inspected(table, task["facts"])})
        return
    for line in staging.lines(table, mapping=task["mapping"], facts=task["facts"], after=task["after"]):
        out.write(line)


if __name__ == "__main__":
    sys.exit(serve(_limits, _read))
