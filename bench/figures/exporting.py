"""X-csv, X-json, X-xlsx: an export of all customers, from asking to the file; memory for few and for all."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import orjson
import xlsxwriter

from bench.company import client
from bench.report import Figure
from bench.room import Room
from bench.watching import Peaks, watched
from bench.wizard import Json, downloaded, take_out

_ROWS_A_SECOND = 15_000.0
_OF_XLSXWRITER = 0.5
_MEMORY = 250
_FLAT = 40  # MB that all of them may take more than a tenth
_WORK = ("customers", "import_export-worker")


def measure_csv(room: Room) -> Iterator[Figure]:
    yield _measured(room, "csv", _ROWS_A_SECOND, reach="≥ 15,000 rows/s")


def measure_json(room: Room) -> Iterator[Figure]:
    yield _measured(room, "json", _ROWS_A_SECOND, reach="≥ 15,000 rows/s")


def measure_xlsx(room: Room) -> Iterator[Figure]:
    assert room.customers
    with client(room.system.url, room.company.admin) as api:
        limit = _of_xlsxwriter(api)
    yield _measured(room, "xlsx", limit, reach=f"≥ {_OF_XLSXWRITER} of xlsxwriter", share=_OF_XLSXWRITER)


def _measured(room: Room, format_: str, yardstick: float, *, reach: str, share: float = 1.0) -> Figure:
    assert room.customers
    everybody = {"format": format_, "selection": {"all": True}}
    with client(room.system.url, room.company.admin) as api:
        _, _, few = _taken(room, api, {**everybody, "selection": _some()})
        made, seconds, all_ = _taken(room, api, everybody)
    ours, grown = made["progress"]["done"] / seconds, all_.most - few.most
    return Figure(
        id=f"X-{format_}",
        unit="rows/s",
        ours=ours,
        yardstick=yardstick,
        ratio=ours / yardstick,
        rss_mb=all_.most,
        n=made["progress"]["done"],
        reach=f"{reach}, ≤ {_MEMORY} MB and flat",
        reached=ours >= share * yardstick and all_.most <= _MEMORY and grown <= _FLAT,
        processes=room.processes(room.system),
        note=f"{seconds:.1f} s, {made['size'] / 1e6:.0f} MB; {all_.told()}; {grown:+.0f} MB against few rows",
    )


def _taken(room: Room, api: httpx.Client, asked: Json) -> tuple[Json, float, Peaks]:
    pids = {name: it.pid for name, it in room.system.processes().items() if name in _WORK}
    with watched(pids) as peaks:
        made, seconds = take_out(api, asked)
    return made, seconds, peaks


def _some() -> Json:
    """A tenth of the customers: half have a score, of a thousand."""
    return {"filter": {"field": "custom.bench_score", "op": "lt", "value": 200}}


def _of_xlsxwriter(api: httpx.Client) -> float:
    """Rows a second, of the same cells and nothing else."""
    with tempfile.TemporaryDirectory(prefix="crm-bench-") as folder:
        asked = {"format": "json", "selection": {"all": True}}
        downloaded(api, take_out(api, asked)[0], Path(folder) / "all.json")
        objects = orjson.loads((Path(folder) / "all.json").read_bytes())
        table = [[_cell(value) for value in each.values()] for each in objects]
        begin = time.perf_counter()
        with xlsxwriter.Workbook(Path(folder) / "all.xlsx", {"constant_memory": True}) as book:
            sheet = book.add_worksheet()
            for number, row in enumerate(table):
                sheet.write_row(number, 0, row)
        return len(table) / (time.perf_counter() - begin)


def _cell(value: Any) -> Any:
    return ", ".join(map(str, value)) if isinstance(value, list) else value
