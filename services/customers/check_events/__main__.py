"""Checks a file of events: python -m services.customers.check_events FILE [REGION], `-` for standard input.

The exit status is 0 if nothing or only warnings were found, 1 if an event would be parked or lost, and 2 if
the file cannot be read or holds no event.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import BinaryIO, Final, TextIO

from servicekit.clock import utc_now
from services.customers.check_events.checks import Checker
from services.customers.check_events.findings import HINTS, Finding
from services.customers.check_events.pieces import Unreadable, pieces
from services.customers.check_events.seen import Seen

SHOWN: Final = 20  # of each code; the rest is counted
_USAGE: Final = "usage: make check-events FILE=events.jsonl (or FILE=- for standard input) [REGION=BR]"


@dataclass(slots=True)
class Tally:
    events: int = 0
    bad: int = 0
    repeated: int = 0
    found: Counter[tuple[bool, str]] = field(default_factory=Counter)


def findings(file: BinaryIO, checker: Checker, tally: Tally) -> Iterator[Finding]:
    """Everything that is to be said about a file, as it is read. Raises Unreadable."""
    with Seen() as seen:
        for piece in pieces(file):
            tally.events += 1
            event, told, found = checker.check(piece)
            if event is not None and not any(each.is_error for each in found):
                repeated, fault = seen.repeats(piece.line, event, piece.body)
                tally.repeated += repeated
                found += [fault] if fault else []
            if told is not None:
                seen.note(piece.line, told)
            tally.bad += any(each.is_error for each in found)
            yield from found
        yield from seen.nameless()


def report(name: str, file: BinaryIO, checker: Checker, out: TextIO) -> int:
    """Prints what was found; returns the exit status."""
    tally = Tally()
    try:
        for finding in findings(file, checker, tally):
            tally.found[finding.is_error, finding.code] += 1
            if tally.found[finding.is_error, finding.code] <= SHOWN:
                print(_line(name, finding, first=tally.found[finding.is_error, finding.code] == 1), file=out)
    except Unreadable as error:
        print(f"{name}: {error}", file=out)
        return 2
    print(_summary(tally), file=out)
    if not tally.events:
        return 2
    return 1 if tally.bad else 0


def _line(name: str, finding: Finding, *, first: bool) -> str:
    kind = "error" if finding.is_error else "warning"
    pointer = f"{finding.pointer} " if finding.pointer else ""
    hint = f"\n    {HINTS[finding.code]}" if first and finding.code in HINTS else ""
    return f"{name}:{finding.line}: {kind} {finding.code}: {pointer}{finding.detail}{hint}"


def _summary(tally: Tally) -> str:
    if not tally.events:
        return "there is no event in it"
    lines = [f"{tally.events:,} events: {tally.events - tally.bad:,} good, {tally.bad:,} faulty"]
    lines[0] += f"; {tally.repeated:,} repeated" if tally.repeated else ""
    for (is_error, code), count in sorted(tally.found.items(), reverse=True):
        hidden = f", {SHOWN} of them shown" if count > SHOWN else ""
        lines.append(f"  {count:,} {'errors' if is_error else 'warnings'} {code}{hidden}")
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    if not arguments or not arguments[0]:
        print(_USAGE, file=sys.stderr)
        return 2
    name, region = arguments[0], (arguments[1:] or ["BR"])[0]
    checker = Checker(now=utc_now(), region=region)
    try:
        with nullcontext(sys.stdin.buffer) if name == "-" else open(name, "rb") as file:
            return report(name, file, checker, sys.stdout)
    except OSError as error:
        print(f"{name}: {error.strerror}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
