"""The rows that were refused, as files to be mended and imported again: the cells as they came, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from servicekit.files import storage
from servicekit.formulas import unguarded
from servicekit.ids import new_id
from servicekit.jobs import Run
from services.import_export.formats.domain.columns import Column
from services.import_export.formats.writers import Options, open_writer
from services.import_export.runs.domain.columns import Columns
from services.import_export.runs.local import scratch
from services.import_export.runs.repository import ImportRun

Json = dict[str, Any]
FORMATS: Final = ("csv", "xlsx")
_AT_ONCE: Final = 1_000
# A file of refused rows that is imported again and refused again has them already.
_WHY: Final = ("refused_row", "refused_column", "refused_code", "refused_message")
_WIDTH: Final = """
    SELECT count(*), coalesce(max(json_array_length(r.cells)), 0) FROM import_decision d
    JOIN import_row r ON r.import_id = d.import_id AND r.n = d.n
    WHERE d.import_id = %s AND d.outcome = 'refused'"""
_REFUSED: Final = """
    SELECT d.n, r.cells, d.errors FROM import_decision d
    JOIN import_row r ON r.import_id = d.import_id AND r.n = d.n
    WHERE d.import_id = %s AND d.outcome = 'refused' ORDER BY d.n"""


def write_files(run: Run, asked: ImportRun) -> Json | None:
    """By format the key and size of the file in storage; None if nothing was refused."""
    with run.patient_connection() as connection:
        driver: Any = connection.connection.driver_connection
        count, width = driver.execute(_WIDTH, (asked.id,)).fetchone()
        if not count:
            return None
        with scratch() as folder:
            return _written(driver, asked, folder, width=width)


def _written(driver: Any, asked: ImportRun, folder: Path, *, width: int) -> Json:
    layout = _Layout(asked, width)
    paths = {name: folder / f"refused.{name}" for name in FORMATS}
    writers = [
        open_writer(name, path, layout.columns, Options(folder=folder)) for name, path in paths.items()
    ]
    try:
        for rows in _pages(driver, asked):
            lines = [layout.line(*row) for row in rows]
            for writer in writers:
                writer.write(lines)
    except BaseException:
        for writer in writers:
            writer.abandon()
        raise
    for writer in writers:
        writer.close()
    return {name: _kept(path) for name, path in paths.items()}


def _pages(driver: Any, asked: ImportRun) -> Iterator[list[tuple[int, list[str | None], list[Json]]]]:
    with driver.transaction(), driver.cursor(name="refused") as cursor:
        cursor.execute(_REFUSED, (asked.id,))
        while rows := cursor.fetchmany(_AT_ONCE):
            yield rows


def _kept(path: Path) -> Json:
    key = f"results/{new_id()}"
    storage().upload(key, path)
    return {"key": key, "size": path.stat().st_size}


class _Layout:
    """Which cells are written, and under what."""

    def __init__(self, asked: ImportRun, width: int) -> None:
        headers = Columns(asked.detected or {}, asked.mapping or {}).headers
        headers += [f"#{number}" for number in range(len(headers) + 1, width + 1)]
        self._places = [place for place, header in enumerate(headers) if header not in _WHY]
        # In JSON text is what it is; elsewhere a mark may keep it from being a formula.
        self._is_marked = (asked.detected or {}).get("format") != "json"
        names = [*(headers[place] for place in self._places), *_WHY]
        self.columns = [Column(str(number), name, "text") for number, name in enumerate(names)]

    def line(self, n: int, cells: Sequence[str | None], errors: Sequence[Json] | None) -> list[str | None]:
        own = [cells[place] if place < len(cells) else None for place in self._places]
        if self._is_marked:
            own = [cell and unguarded(cell) for cell in own]
        told = errors or []
        why = ["; ".join(str(each[name]) for each in told if each.get(name)) for name in _PARTS]
        return [*own, str(n), *why]


_PARTS: Final = ("column", "code", "detail")
