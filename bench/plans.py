"""python -m bench.plans postgresql://…/big > docs/plans.md: how PostgreSQL answers what shapes.py asks.

The service is asked, and what it then says to PostgreSQL is explained. Rows and no times: those depend on
the machine and are measured by H-1m.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from sqlalchemy import Engine, event

from bench.shapes import SHAPES
from bench.standing import ASKING
from servicekit.database import Transactions
from services.customers.service import CustomersService

_HEAD: Final = """# How PostgreSQL answers lists, filters and searches

Made by `python -m bench.plans` on a million made-up customers (see bench/README.md). Each question has
two statements: a **walk** along the index of the order, which ends when the page is full, and
**gathering** all that match before they are sorted. services/customers/search/running.py lets the walk
run for as long as gathering is reckoned to take (3 µs a point of the planner's cost, 0.3 s at most), then
gathers; below 15 ms it gathers at once. Shown is the statement that answered, with the rows that each
step really had.

Chosen on the questions of `H-1m`, then held to 530 others (25 filters × 3 orders × 5 kinds of callers,
searches, totals), in seconds for all and ms for the slowest, on a busy machine:

| rule | 530 questions | slowest |
|---|---|---|
| whichever proves quicker, which nobody knows before | 13.9 | 898 |
| **this one** | 20.1 | 1,040 |
| a fixed try of 50 ms | 24.9 | 994 |
| the planner's choice alone | 28.4 | 2,482 |
| always gather | 67.0 | 3,303 |

What they rest on:

* `random_page_cost = 1.1` and `jit = off` (deploy/postgres/postgresql.conf): with the defaults the
  planner avoids the GIN indexes and compiles short queries.
* Statistics of 1,000 for `team_ids`, `tag_ids`, `created_at`, `updated_at` and `last_at`: a team of 90
  among a million, a rare tag, the newest days. With the default of 100 they count as large, and a walk
  goes on to its end: "active lately, by name" went from 2 s to less than 60 ms, on a busy machine.
* One index `(expression, id)` for each number, date and datetime field, **without** `WHERE live`, and one
  of trigrams for each text and url field ("text contains" went from 2,000 to 100 ms, on a busy machine):
  PostgreSQL has no statistics from a partial index and takes every range for a 200th of the table. The
  newest with a number up to 800, for an agent of a 1 % team, went from 600 to 4 ms.
* No statement whose plan depends on its values is prepared (`PLANNED_FOR_ITS_VALUES`): a general plan was
  chosen 30 times of 35 and made a search 50 times slower (30 ms for 0.55 ms). Reads by id are prepared:
  0.5 ms, not 1.2.

How to read them: a walk is right where many match (a common tag, everybody of a large team), since the page
fills after a few hundred rows; gathering where few do (a rare tag, a week, a tiny team), since their own
index finds them and the sort is small. `BitmapAnd` joins two such indexes. What the planner cannot know (that
customers of one week were active at about the same time) is a guess; the race bounds what a wrong one costs.
"""
_WIDEST: Final = 150
_CHOSEN: Final = (
    "all by -created_at", "tag rare", "tag common by name", "option none", "created in a week by activity",
    "active lately, by name", "number range", "number range wide", "date range by name", "text equals",
    "text contains", "name contains", "three at once", "search common", "search rare", "search eight digits",
)  # fmt: skip

_Said = tuple[str, Any]


def main(arguments: Sequence[str]) -> int:
    (url,) = arguments
    print(_HEAD)
    database, service = Transactions.connect(url, service="customers", pool_size=1), CustomersService()
    service.db = database  # type: ignore[assignment]
    with psycopg.connect(url, autocommit=True) as connection:
        for shape in (it for it in SHAPES if it.name in _CHOSEN):
            print(f"## {shape.name}\n")
            for asking in (it for it in ASKING if it.name in ("admin", "small")):
                with _listening(database.engine) as said:
                    service.list_customers(asking.scope, **shape.arguments)
                team = "the administrator" if asking.team is None else "an agent of a 1 % team"
                print(f"For {team}:\n\n```\n" + "\n".join(_plan(connection, _answer(said))) + "\n```\n")
    database.close()
    return 0


@contextmanager
def _listening(engine: Engine) -> Iterator[list[_Said]]:
    """What is said to PostgreSQL meanwhile."""
    said: list[_Said] = []

    def listen(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        said.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", listen)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", listen)


def _answer(said: Sequence[_Said]) -> _Said:
    """The statement that found the page: the last one with a bound."""
    return [each for each in said if ":limit" in each[0] or "%(limit)s" in each[0]][-1]


def _plan(connection: psycopg.Connection, said: _Said) -> list[str]:
    """With the rows that each step really had."""
    statement, parameters = said
    shown = "EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off)"
    rows = connection.execute(f"{shown} {statement}".encode(), parameters, prepare=False).fetchall()
    lines = (part for (line,) in rows for part in line.replace(" loops=1", "").splitlines())
    return [line[:_WIDEST] for line in lines]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
