"""Reads an upload in a process of its own, which may die of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final, TypedDict

from servicekit.confined.parent import Child

_MODULE: Final = "services.reports.uploads.reading.child"


class Read(TypedDict):
    """What was found in a file."""

    rows: int
    columns: list[dict[str, Any]]
    problems: list[dict[str, Any]]


def read_upload(
    path: Path,
    into: BinaryIO,
    *,
    live: Mapping[str, Mapping[str, str]],
    go_on: Callable[[], None] = lambda: None,
) -> Read:
    """Writes the copy by columns. Raises FileRefused; whatever `go_on` raises ends it.

    `live`: label and type of the fields that there are today, as far as the uploader may know of them.
    """
    with Child(_MODULE, {"path": str(path), "live": live}) as child:
        while True:
            line = child.next_line(while_waiting=go_on)
            if "read" in line:
                read: Read = line["read"]
                return read
            child.copy_to(into, line["bytes"])
