"""What a figure is, and how it is printed: one JSON line each while running, one table at the end."""

from __future__ import annotations

import json
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bench.load import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured number beside its yardstick; `ratio` is ours / yardstick unless the note says else."""

    id: str
    unit: str
    ours: float
    yardstick: float | None = None
    ratio: float | None = None
    p50_ms: float | None = None
    p95_ms: float | None = None
    p99_ms: float | None = None
    rss_mb: float | None = None
    n: int = 0
    reach: str = ""
    reached: bool | None = None
    processes: dict[str, int] = field(default_factory=dict)
    note: str = ""

    def line(self) -> str:
        """The JSON line."""
        return json.dumps({name: _rounded(getattr(self, name)) for name in self.__slots__})


def of_load(
    id: str, ours: Outcome, ceiling: Outcome, *, reach: float, processes: dict[str, int], note: str = ""
) -> Figure:
    """Requests per second of the full path against those of the ceiling."""
    ratio = ours.per_second / ceiling.per_second
    return Figure(
        id=id,
        unit="requests/s",
        ours=ours.per_second,
        yardstick=ceiling.per_second,
        ratio=ratio,
        **percentiles(ours),
        n=ours.n,
        reach=f"≥ {reach:.2f} of the ceiling",
        reached=ratio >= reach,
        processes=processes,
        note=_joined(note, _generator_note(ours, ceiling)),
    )


def noted(figure: Figure, note: str) -> Figure:
    """The same with one more thing said about it."""
    return replace(figure, note=_joined(figure.note, note))


def percentiles(outcome: Outcome) -> dict[str, Any]:
    """The three of them, by the names of Figure."""
    return {f"p{percent}_ms": outcome.percentile(percent) for percent in (50, 95, 99)}


def _generator_note(*outcomes: Outcome) -> str:
    busiest = max(outcome.generator_cpu for outcome in outcomes)
    return f"generator used {busiest:.0%} of a core: it was the limit" if busiest > 0.7 else ""


def _joined(*notes: str) -> str:
    return "; ".join(filter(None, notes))


def _rounded(value: Any) -> Any:
    return round(value, 3) if isinstance(value, float) else value


_HEAD = "id ours yardstick ratio p50 p95 p99 MB n reach ok processes note"


def table(figures: Sequence[Figure], *, title: str) -> str:
    """All figures as text, for people and for bench/results/."""
    head = tuple(_HEAD.split())
    rows = [head, *(_row(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    return "\n".join([title, "", lines[0], "-" * len(lines[0]), *lines[1:]]) + "\n"


def _row(figure: Figure) -> tuple[str, ...]:
    return (
        figure.id,
        f"{_short(figure.ours)} {figure.unit}",
        _short(figure.yardstick),
        _short(figure.ratio),
        _short(figure.p50_ms),
        _short(figure.p95_ms),
        _short(figure.p99_ms),
        _short(figure.rss_mb),
        str(figure.n or ""),
        figure.reach,
        {True: "yes", False: "NO", None: ""}[figure.reached],
        " ".join(f"{name}={count}" for name, count in figure.processes.items()),
        figure.note,
    )


def _short(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}"


def machine() -> str:
    """What the figures were measured on, without anything that names the machine."""
    with open("/proc/cpuinfo") as file:
        cores = sum(line.startswith("processor") for line in file)
    with open("/proc/meminfo") as file:
        memory = int(file.readline().split()[1]) / 1024 / 1024
    return f"{cores} cores, {memory:.0f} GB, Python {platform.python_version()}"
