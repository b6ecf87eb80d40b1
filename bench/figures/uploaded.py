"""R-json: the preview of a report on an uploaded file, over HTTP, after the first one has opened the file.
Between one and the next somebody changes the form.

The file is the export of all customers. An agent may not see most of them: whose rows count is asked anew
with each preview.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

import httpx

from bench.company import client
from bench.costs import Meter
from bench.figures.scale import milliseconds
from bench.load import percentile
from bench.report import Figure
from bench.room import Room
from bench.rows import CITY_FIELD, PLAN_FIELD
from bench.watching import watched
from bench.wizard import Json, downloaded, reported, take_out

_MOST_MS: Final = 300.0
_TIMES: Final = 20
_COLUMNS: Final = (
    *("id", "name", "email", "status", "channel", "tags", "created_at"),
    *(f"custom.{CITY_FIELD}", f"custom.{PLAN_FIELD}", "custom.bench_score"),
)
# One thing is changed after the other, as in a form: also what values are put together by.
_UNITS: Final = ("month", "quarter", "year", "week")
_PERCENTS: Final = ([], ["row"], ["column"], ["total"])
_TOPS: Final = (20, 10)


def _configuration(number: int) -> Json:
    """Another one for each number. Once in ten the dates are put together anew."""
    city = {"field": f"custom.{CITY_FIELD}", "top": {"n": _TOPS[number % 2], "others": True}}
    return {
        "groupings": [city, {"field": "created_at", "unit": _UNITS[number // 10 % len(_UNITS)]}],
        "subdivision": {"field": f"custom.{PLAN_FIELD}"},
        "percent": _PERCENTS[number // 2 % len(_PERCENTS)],
    }


def measure(room: Room) -> Iterator[Figure]:
    """A line for an administrator, one for an agent of the mid-sized team, and one of the large team."""
    assert room.customers
    with tempfile.TemporaryDirectory(prefix="crm-bench-") as folder:
        file = Path(folder) / "customers.json"
        with client(room.system.url, room.company.admin) as api:
            asked = {"format": "json", "selection": {"all": True}, "columns": list(_COLUMNS)}
            downloaded(api, take_out(api, asked)[0], file)
            yield _measured(room, api, file, "administrator")
        agents = {"agent": room.company.agent, "agent of a large team": room.company.agent_of_large_team}
        for who, token in agents.items():
            with client(room.system.url, token) as api:
                yield _measured(room, api, file, who)


def _measured(room: Room, api: httpx.Client, file: Path, who: str) -> Figure:
    pids = {name: it.pid for name, it in room.system.processes().items() if name.startswith("reports")}
    with watched(pids) as peaks:
        upload, seconds = reported(api, file)
        source = {"upload": upload["id"]}
        first = milliseconds(lambda: _preview(api, source, 0))
        with (meter := Meter(room.pids(room.system))).running():
            times = [milliseconds(partial(_preview, api, source, number)) for number in range(_TIMES)]
    median = percentile(times, 50)
    return Figure(
        id=f"R-json {who}",
        unit="ms",
        ours=median,
        yardstick=_MOST_MS,
        ratio=median / _MOST_MS,
        p50_ms=median,
        p95_ms=percentile(times, 95),
        p99_ms=percentile(times, 99),
        rss_mb=peaks.most,
        n=upload["rows"] + upload["dropped"],
        reach=f"≤ {_MOST_MS:.0f} ms",
        reached=median <= _MOST_MS,
        processes=room.processes(room.system),
        note=f"{file.stat().st_size / 1e6:.0f} MB, read in {seconds:.1f} s; {upload['dropped']:,} rows "
        f"dropped; the first preview {first:.0f} ms; {meter.told(_TIMES)}; {peaks.told()}",
    )


def _preview(api: httpx.Client, source: Json, number: int) -> None:
    asked = {"source": source, "configuration": _configuration(number)}
    answer = api.post("/v1/reports/preview", json=asked)
    answer.raise_for_status()
    assert answer.json()["rows"]
