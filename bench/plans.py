"""python -m bench.plans postgresql://…/big > docs/plans.md: how PostgreSQL answers what shapes.py asks.

Rows and no times: those depend on the machine and are measured by H-1m.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import Final

import psycopg

from bench.shapes import SHAPES, Shape, numbers_of, statements
from bench.standing import ASKING, Asking

_HEAD: Final = """# How PostgreSQL answers lists, filters and searches

Made by `python -m bench.plans` on a million made-up customers (see bench/README.md). Each question has
two statements: a **walk** along the index of the order, which ends when the page is full, and
**gathering** all that match before they are sorted. services/customers/search/running.py lets the walk
run for as long as gathering is reckoned to take, then gathers. Shown are the rows that each step really
had.

What they rest on:

* `random_page_cost = 1.1` and `jit = off` (deploy/postgres/postgresql.conf): with the defaults the
  planner avoids the GIN indexes and compiles short queries.
* Statistics of 1,000 for `team_ids`, `tag_ids`, `created_at`, `updated_at` and `last_at`: a team of 90
  among a million, a rare tag, the newest days. With the default of 100 they count as large, and a walk
  goes on to its end: "active lately, by name" went from 2 s to less than 60 ms, on a busy machine.
* One index `(expression, id)` for each number, date and datetime field, **without** `WHERE live`:
  PostgreSQL has no statistics from a partial index and takes every range for a 200th of the table. The
  newest with a number up to 800, for an agent of a 1 % team, went from 600 to 4 ms.
* No statement whose plan depends on its values is prepared (`PLANNED_FOR_ITS_VALUES`): a general plan was
  chosen 30 times of 35 and made a search 50 times slower (30 ms for 0.55 ms). Reads by id are prepared:
  0.5 ms, not 1.2.

How to read them: a walk is right where many match (a common tag, everybody of a large team), since the page
fills after a few hundred rows; gathering where few do (a rare tag, a week, a tiny team), since their own
index finds them and the sort is small. `BitmapAnd` joins two such indexes. No statistics exist for a text
*within* a custom value, so "text contains" is a guess; the race bounds what a wrong guess costs.
"""
_WIDEST: Final = 150
_CHOSEN: Final = (
    "all by -created_at", "tag rare", "tag common by name", "option none", "created in a week by activity",
    "active lately, by name", "number range", "number range wide", "date range by name", "text equals",
    "text contains", "name contains", "three at once", "search common", "search rare", "search eight digits",
)  # fmt: skip


def main(arguments: Sequence[str]) -> int:
    (url,) = arguments
    print(_HEAD)
    with psycopg.connect(url, autocommit=True, prepare_threshold=None) as connection:
        connection.execute("SET max_parallel_workers_per_gather = 0")
        numbers = numbers_of(connection)
        for shape in (it for it in SHAPES if it.name in _CHOSEN):
            print(f"## {shape.name}\n")
            for asking in (it for it in ASKING if it.name in ("admin", "small")):
                _show(connection, shape, asking, numbers)
    return 0


def _show(connection: psycopg.Connection, shape: Shape, asking: Asking, numbers: dict[str, int]) -> None:
    by_cost = sorted(_plan(connection, it) for it in statements(shape, asking.teams, numbers))
    _, lines = by_cost[0]
    team = "the administrator" if asking.team is None else "an agent of a 1 % team"
    print(f"For {team}, what the planner reckons to be quicker:\n\n```\n" + "\n".join(lines) + "\n```\n")


def _plan(connection: psycopg.Connection, statement: str) -> tuple[float, list[str]]:
    """The cost and the plan with its real rows, ids left out."""
    ((first,),) = [connection.execute(f"EXPLAIN {statement}".encode()).fetchone()]
    cost = float(re.findall(r"\.\.(\d+\.\d+) ", first)[0])
    shown = "EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off)"
    rows = connection.execute(f"{shown} {statement}".encode()).fetchall()
    return cost, [line.replace(" loops=1", "")[:_WIDEST] for (line,) in rows]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
