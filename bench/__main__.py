"""python -m bench [ONLY…] [--quick] [--customers N] [--accept]: measures, prints JSON lines, then a table."""

from __future__ import annotations

import argparse
import signal
import sys
import traceback
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from bench import report
from bench.children import ROOT
from bench.figures import Measurement, wanted
from bench.report import Figure
from bench.room import Options, Room
from deploy.local.processes import parse_replicas

_RESULTS = ROOT / "bench" / "results"


def main(arguments: Sequence[str]) -> int:
    """Returns the exit status: 0 when everything that was asked for could be measured."""
    asked = _parse(arguments)
    try:
        measurements = wanted(
            [name for text in (*asked.figures, asked.only) for name in text.split(",") if name]
        )
    except LookupError as error:
        print(error.args[0], file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGHUP, _interrupt)
    try:
        options = _options(asked)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    try:
        return _run(measurements, options, accept=asked.accept)
    except KeyboardInterrupt:
        print("interrupted; everything is stopped", file=sys.stderr)
        return 130


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("figures", nargs="*", metavar="ONLY", help="such as H-get, or H for all of those")
    parser.add_argument("--only", default="", help="the same, separated by commas")
    parser.add_argument("--quick", action="store_true", help="small and short: only to see that it works")
    parser.add_argument("--replicas", default="", help="for the full path, as in customers=2,gateway=2")
    parser.add_argument("--accept", action="store_true", help="keep the table in bench/results")
    parser.add_argument("--full", action="store_true", help="H-1m at a million customers too")
    parser.add_argument("--database", default="", help="for H-1m, made by bench.standing: none is loaded")
    parser.add_argument("--customers", type=int, default=0, help="how many, 100000 if not said")
    return parser.parse_args(arguments)


def _options(asked: argparse.Namespace) -> Options:
    customers = asked.customers or (2_000 if asked.quick else 100_000)
    return Options(
        customers=customers,
        quick=asked.quick,
        replicas=parse_replicas(asked.replicas),
        full=asked.full,
        database=asked.database,
    )


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _run(measurements: Sequence[Measurement], options: Options, *, accept: bool) -> int:
    figures: list[Figure] = []
    failed: list[str] = []
    with ExitStack() as stack:
        room = Room(options, stack, _say)
        for measurement in measurements:
            _say(f"measuring {measurement.id}")
            try:
                for figure in measurement.measure(room):
                    print(figure.line(), flush=True)
                    figures.append(figure)
            except Exception:  # one figure that cannot be taken must not cost the others
                failed.append(measurement.id)
                traceback.print_exc()
                print(room.errors(), file=sys.stderr)
        _say("stopping")
    table = report.table(figures, title=_title(options))
    print(table)
    if accept:
        _accepted(measurements).write_text(table)
    if failed:
        print(f"could not be measured: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def _accepted(measurements: Sequence[Measurement]) -> Path:
    """The table of everything has one file, that of a part has another: neither replaces the other."""
    everything = list(measurements) == wanted([])
    part = "accepted" if everything else "-".join(measurement.id for measurement in measurements)
    return _RESULTS / f"{part}.txt"


def _title(options: Options) -> str:
    quick = ", QUICK: these figures mean nothing" if options.quick else ""
    today = datetime.now(UTC).date().isoformat()
    customers = "a database that was there" if options.database else f"{options.customers:,} customers"
    return f"{today}, {report.machine()}, {customers}{quick}"


def _say(line: str) -> None:
    print(f"# {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
