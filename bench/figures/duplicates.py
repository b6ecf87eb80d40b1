"""D-quality and D-scan: how well suggestions hit, and what a scan of everybody takes."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Iterator

from bench.children import ROOT
from bench.labelled import records
from bench.report import Figure
from bench.room import Room
from bench.suggested import Share, measured, told

_SECONDS_AT_A_MILLION = 300
_MAX_MB = 1_536


def measure_quality(room: Room) -> Iterator[Figure]:
    """Precision and recall on labelled people, with the kinds of errors on standard error."""
    quality = measured(list(records(room.options.customers)))
    for line in told(quality).splitlines():
        room.say(line)
    worst = min(quality.by_clue, key=lambda clue: quality.by_clue[clue].value)
    shares: tuple[tuple[str, Share, float, str], ...] = (
        ("precision", quality.precision, 0.9, f"{sum(quality.wrong.values()):,} suggestions of two people"),
        ("recall", quality.recall, 0.8, f"{quality.met.value:.3f} were compared; least: {worst}"),
    )
    for name, share, reach, note in shares:
        yield Figure(
            id=f"D-quality-{name}",
            unit="of 1",
            ours=share.value,
            n=share.of,
            reach=f"≥ {reach}",
            reached=share.value >= reach,
            note=note,
        )


def measure_scan(room: Room) -> Iterator[Figure]:
    """Of each size, in a process of its own as workers are."""
    for customers in room.options.sizes:
        url = room.indexed(customers)
        arguments = [sys.executable, "-m", "bench.indexed", url, "--scan"]
        environment = {**room.servers.environment, "PYTHONPATH": f"{ROOT}:{ROOT / 'libs'}"}
        ran = subprocess.run(arguments, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
        yield of_scan(customers, json.loads(ran.stdout))


def of_scan(customers: int, scan: dict[str, float]) -> Figure:
    """Beside the share of five minutes that n log n leaves to so many."""
    share = customers * math.log(customers) / (1_000_000 * math.log(1_000_000))
    allowed = _SECONDS_AT_A_MILLION * share
    return Figure(
        id=f"D-scan {customers:,}",
        unit="s",
        ours=scan["seconds"],
        yardstick=allowed,
        ratio=scan["seconds"] / allowed,
        rss_mb=scan["rss_mb"],
        n=int(scan["compared"]),
        reach="≤ 5 min at a million, falling with n log n; ≤ 1.5 GB",
        reached=scan["seconds"] <= allowed and scan["rss_mb"] <= _MAX_MB,
        processes={"dedup-worker": 1},
        note=f"CPU of the worker {scan['cpu_seconds']:.1f} s; {scan['found']:,.0f} pairs; "
        f"precision {scan['precision']:.3f}, recall {scan['recall']:.3f}",
    )
