"""What a computing process is asked to do."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any

from servicekit.errors import NotFound
from services.reports.computing.opened import OpenedCopies
from services.reports.computing.seen import SeenCopy
from services.reports.configuring.domain.asking import fields_of
from services.reports.configuring.domain.known import load_known
from services.reports.configuring.domain.reading import read
from services.reports.tabulating.domain.as_csv import to_csv
from services.reports.tabulating.domain.engine import tabulate
from services.reports.tabulating.domain.frame import Frame
from services.reports.tabulating.domain.remembering import AxisMemory
from services.reports.uploads.domain.ids import SIZE

Json = dict[str, Any]


class Work:
    """Task in, answer out, both JSON. Keeps uploads open between tasks."""

    def __init__(self) -> None:
        self._copies = OpenedCopies()
        self._axes = AxisMemory()
        self._tasks: Mapping[str, Callable[[Json], Json]] = {
            "report": self._report,
            "ids": self._ids,
            "columns": self._columns,
        }

    def do(self, task: Json) -> Json:
        try:
            return self._tasks[task["do"]](task)
        except FileNotFoundError:
            raise NotFound("upload_gone") from None
        finally:
            self._copies.make_room()

    def _report(self, task: Json) -> Json:
        """The table; with `csv` its text."""
        known = load_known(task["known"])
        configuration = read(task["configuration"], known)
        if task.get("upload"):
            fields, measure = fields_of(configuration)
            frame = self._seen(task["upload"]).frame([each["field"] for each in fields], measure)
        else:
            frame = Frame.load(task["frame"])
        asked = {"former": task.get("former"), "shape": task.get("shape"), "memory": self._axes}
        field = configuration.total.field
        answer = tabulate(frame, configuration, measured=known[field].label if field else "", **asked)
        if task.get("csv") is None:
            return {"answer": answer}
        return {"csv": to_csv(answer, **task["csv"])}

    def _ids(self, task: Json) -> Json:
        """So many of the rows that have one, in their order, from the one at `first` on."""
        begin, end = (at * SIZE for at in (task["first"], task["first"] + task["size"]))
        ids = self._copies.get(task["upload"]["key"]).ids()[begin:end]
        return {"ids": base64.b64encode(ids).decode()}

    def _columns(self, task: Json) -> Json:
        """How many rows of an upload somebody sees, and what these have."""
        seen = self._seen(task["upload"])
        return {"rows": seen.rows, "columns": seen.columns()}

    def _seen(self, upload: Json) -> SeenCopy:
        copy = self._copies.get(upload["key"])
        return SeenCopy(copy, bits=upload.get("bits"), masked=upload.get("masked", False))
