"""How well suggestions hit: precision and recall on labelled people, by the product's own keys and scores.

    python -m bench.suggested --customers 100000

A suggestion is right if both records are one person's. Looked for as the full scan does it: who shares a clue
key, in groups of at most fifty, is compared.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from bench.labelled import Record, records
from services.dedup.domain.facts import Facts, facts_of_typed
from services.dedup.domain.keys import clue_keys, name_marks
from services.dedup.domain.score import Likeness, compare
from services.dedup.scan.candidates import Meetings


@dataclass(slots=True)
class Share:
    """How many of how many."""

    found: int = 0
    of: int = 0

    @property
    def value(self) -> float:
        return self.found / self.of if self.of else 1.0

    def add(self, is_found: bool) -> None:
        self.of += 1
        self.found += is_found


@dataclass(slots=True)
class Quality:
    """What came of it. `wrong`: suggestions by what misled, `examples` of them and of what was missed."""

    customers: int
    candidates: int
    precision: Share = field(default_factory=Share)
    recall: Share = field(default_factory=Share)
    met: Share = field(default_factory=Share)  # doubles that were compared at all
    by_slip: dict[str, Share] = field(default_factory=dict)
    by_clue: dict[str, Share] = field(default_factory=dict)
    wrong: Counter[str] = field(default_factory=Counter)
    lookalikes: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)
    microseconds: float = 0.0


def facts_of_record(record: Record) -> Facts:
    return facts_of_typed({"name": record.name, "email": record.email, "phone": record.phone})


def measured(people: Sequence[Record], *, examples: int = 0) -> Quality:
    """Of these records."""
    facts = [facts_of_record(record) for record in people]
    pairs = candidates(facts)
    began = time.perf_counter()
    found = {pair: likeness for pair in pairs if (likeness := compare(facts[pair[0]], facts[pair[1]]))}
    quality = Quality(len(people), len(pairs))
    quality.microseconds = (time.perf_counter() - began) / max(1, len(pairs)) * 1e6
    _count_right(quality, people, found, examples)
    _count_found(quality, people, set(pairs), found, examples)
    return quality


def candidates(facts: Iterable[Facts]) -> list[tuple[int, int]]:
    meetings = Meetings()
    for each in facts:
        keys = clue_keys(each)
        marks = np.array([name_marks(each.name)], np.uint64)
        meetings.add([len(keys)], np.array(keys, np.int64), marks)
    low, high = meetings.pairs()
    return list(zip(low.tolist(), high.tolist(), strict=True))


def _count_right(
    quality: Quality, people: Sequence[Record], found: dict[tuple[int, int], Likeness], examples: int
) -> None:
    for (one, other), likeness in found.items():
        a, b = people[one], people[other]
        quality.precision.add(a.person == b.person)
        if a.person != b.person:
            kind = b.lookalike if b.lookalike and b.person == a.person + 1 else "strangers"
            reasons = "+".join(reason["code"] for reason in likeness.reasons)
            quality.wrong[f"{kind}: {reasons}"] += 1
            if len(quality.examples) < examples:
                quality.examples.append(f"wrong {likeness.score} {kind} {reasons}: {_shown(a)} | {_shown(b)}")


def _count_found(
    quality: Quality,
    people: Sequence[Record],
    met: set[tuple[int, int]],
    found: dict[tuple[int, int], Likeness],
    examples: int,
) -> None:
    missed = 0
    for number, record in enumerate(people):
        if record.lookalike:
            quality.lookalikes[record.lookalike] += 1
        if not record.slip:
            continue
        pair = (number - 1, number)  # a double follows its first record
        quality.recall.add(pair in found)
        quality.met.add(pair in met)
        quality.by_slip.setdefault(record.slip, Share()).add(pair in found)
        quality.by_clue.setdefault(record.clue, Share()).add(pair in found)
        if pair not in found and missed < examples:
            missed += 1
            why = "not compared" if pair not in met else "not alike"
            both = f"{_shown(people[number - 1])} | {_shown(record)}"
            quality.examples.append(f"missed ({why}) {record.slip}, {record.clue}: {both}")


def _shown(record: Record) -> str:
    return f"{record.name} <{record.email}> {record.phone}"


def told(quality: Quality) -> str:
    """For people: the table of docs/duplicates.md."""
    compared = f"{quality.candidates:,} comparisons of {quality.microseconds:.1f} µs"
    lines = [
        f"{quality.customers:,} customers, {compared}",
        f"precision {quality.precision.value:.3f} of {quality.precision.of:,} suggestions",
        f"recall    {quality.recall.value:.3f} of {quality.recall.of:,} doubles",
        f"          {quality.met.value:.3f} of them were compared: they share a key, and how a word begins",
    ]
    for title, shares in (("name", quality.by_slip), ("clue", quality.by_clue)):
        lines += [
            f"  {title:5} {what:24} {shares[what].value:.3f} of {shares[what].of:,}"
            for what in sorted(shares)
        ]
    lines += [f"  wrong {kind:60} {number:,}" for kind, number in quality.wrong.most_common(12)]
    return "\n".join([*lines, *quality.examples])


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="bench.suggested", description=__doc__)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--examples", type=int, default=0, help="of suggestions that are wrong, of doubles missed"
    )
    asked = parser.parse_args(arguments)
    people = list(records(asked.customers, seed=asked.seed))
    print(told(measured(people, examples=asked.examples)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
