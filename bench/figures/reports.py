"""R-live: customers counted for a report, beside the bare GROUP BY of the same rows.

Measured is the service's own call, without bus and gateway, over one connection. The two take turns.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import psycopg

from bench.figures.scale import milliseconds
from bench.load import percentile
from bench.report import Figure
from bench.room import Room
from bench.rows import CITY_FIELD, INTERESTS_FIELD, PLAN_FIELD
from bench.standing import ASKING, Asking
from servicekit.database import Transactions
from services.customers.service import CustomersService

_ZONE: Final = "America/Sao_Paulo"
_ASKING: Final = tuple(asking for asking in ASKING if asking.name in ("admin", "large"))
_MORE: Final = 1.5
_MORE_MS: Final = 100
_SCORE: Final = "((c.custom->>'bench_score')::numeric)"


@dataclass(frozen=True, slots=True)
class Report:
    """What customers are counted by, and what a statement by hand groups and counts instead."""

    name: str
    fields: tuple[tuple[str, str | None], ...]
    by: str
    measure: str | None = None
    numbers: str = "count(*)"
    source: str = "customer c"

    @property
    def asked(self) -> list[dict[str, str]]:
        return [{"field": name, **({"unit": unit} if unit else {})} for name, unit in self.fields]

    def by_hand(self, asking: Asking) -> bytes:
        own = "".join(f" AND c.team_ids && '{{{team}}}'::uuid[]" for team in asking.teams)
        groups = f"SELECT {self.by}, {self.numbers} FROM {self.source} WHERE c.live{own} GROUP BY {self.by}"
        return groups.encode()


def _local(moment: str) -> str:
    return f"date_trunc('month', {moment} AT TIME ZONE '{_ZONE}')"


REPORTS: Final = (
    Report("status", (("status", None),), "c.status"),
    Report("source, status", (("channel", None), ("status", None)), "c.channel, c.status"),
    Report("option", ((f"custom.{PLAN_FIELD}", None),), "c.opt_ids"),
    Report(
        "options, status",
        ((f"custom.{INTERESTS_FIELD}", None), (f"custom.{PLAN_FIELD}", None), ("status", None)),
        "c.opt_ids, c.status",
    ),
    Report("tags", (("tags", None),), "c.tag_ids"),
    Report("team, assignee", (("teams", None), ("assignee", None)), "c.team_ids, c.assignee_id"),
    Report("text", ((f"custom.{CITY_FIELD}", None),), f"c.custom->>'{CITY_FIELD}'"),
    Report("month", (("created_at", "month"),), _local("c.created_at")),
    Report(
        "month of the last interaction",
        (("last_interaction_at", "month"),),
        _local("a.last_at"),
        source="customer c LEFT JOIN customer_activity a ON a.customer_id = c.id",
    ),
    Report(
        "sum of a number by source",
        (("channel", None),),
        "c.channel",
        measure="custom.bench_score",
        numbers=f"count(*), count({_SCORE}), sum({_SCORE}), min({_SCORE}), max({_SCORE})",
    ),
)


def measure_live(room: Room) -> Iterator[Figure]:
    """A line for each report and caller."""
    for customers, url in room.standing_databases():
        database, service = Transactions.connect(url, service="customers", pool_size=1), CustomersService()
        service.db = database  # type: ignore[assignment]
        with psycopg.connect(url, autocommit=True, prepare_threshold=None) as connection:
            for report in REPORTS:
                for asking in _ASKING:
                    bare, ours = _take_turns(service, connection, report, asking, room.options.repeats)
                    yield _line(f"{customers:,} {report.name}, {asking.name}", ours, bare)
        database.close()


def _take_turns(
    service: CustomersService, connection: psycopg.Connection, report: Report, asking: Asking, repeats: int
) -> tuple[list[float], list[float]]:
    """Milliseconds by hand, and of ours. The first turn warms up."""
    statement, asked, scope = report.by_hand(asking), report.asked, asking.scope
    works: tuple[Any, ...] = (
        lambda: connection.execute(statement).fetchall(),
        lambda: service.aggregate(scope, {}, asked, report.measure, _ZONE),
    )
    turns = [[milliseconds(work) for work in works] for _ in range(repeats + 1)][1:]
    return [bare for bare, _ in turns], [ours for _, ours in turns]


def _line(name: str, ours: list[float], bare: list[float]) -> Figure:
    median, yardstick = percentile(ours, 50), percentile(bare, 50)
    return Figure(
        id=f"R-live {name}",
        unit="ms",
        ours=median,
        yardstick=yardstick,
        ratio=median / yardstick,
        p50_ms=median,
        p95_ms=percentile(ours, 95),
        p99_ms=percentile(ours, 99),
        n=len(ours),
        reach=f"≤ {_MORE} × the bare GROUP BY + {_MORE_MS} ms",
        reached=median <= _MORE * yardstick + _MORE_MS,
    )
