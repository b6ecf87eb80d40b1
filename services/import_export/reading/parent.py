"""Reads a file in a process of its own, which may die of it.

What goes wrong with the file is a `FileRefused`. Nothing here imports what reads files, so that a worker that
waits for work stays small.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TypedDict

from servicekit.confined.parent import Child
from servicekit.confined.refused import FileRefused, ReadingFailed

__all__ = ["FileRefused", "Inspected", "ReadingFailed", "Rows", "StagedRow", "inspect", "rows"]

_MODULE: Final = "services.import_export.reading.child"


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


def inspect(
    path: str | Path, *, filename: str, options: Mapping[str, Any] | None = None, facts: Mapping[str, Any]
) -> Inspected:
    """What the file is, how it would be read, and what its columns most likely are."""
    task = {"mode": "inspect", "path": str(path), "filename": filename, "options": options, "facts": facts}
    with Child(_MODULE, task) as child:
        answer: Inspected = child.next_line()["inspected"]
        return answer


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
        self._child = Child(_MODULE, task)
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
