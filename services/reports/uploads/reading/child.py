"""The process that reads one upload: `python -m services.reports.uploads.reading.child`, used by `parent`."""

from __future__ import annotations

import sys
from pathlib import Path

from servicekit.confined.child import Output, Task, serve
from services.reports.uploads.reading.limits import READING


def _read(task: Task, out: Output) -> None:
    """Imported this late so that the limits hold for the libraries too."""
    import io

    from services.reports.uploads.domain.problems import Findings
    from services.reports.uploads.reading.rows import RowReader
    from services.reports.uploads.reading.writing import Pipe, write_copy

    findings = Findings()
    reader = RowReader(findings)
    reader.read(Path(task["path"]))
    with io.BufferedWriter(Pipe(out.send), 1 << 18) as file:
        about = write_copy(reader, findings, task["live"], file)
    out.say({"read": about})


if __name__ == "__main__":
    sys.exit(serve(lambda _: READING, _read))
