"""F-10 and F-11: an import goes on when its processes die or wake up late, and every row takes effect once.

That is read from three places, which a kill may tear apart: what the import says of its rows, what customers
keep of the effect of each, and the customers that there are.
"""

from __future__ import annotations

import itertools
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import httpx
import psycopg
import pytest

from bench.spreadsheets import people_in, rows
from deploy.local.system import RunningInstances, RunningSystem
from tests.faults.replicas import CUSTOMERS
from tests.support.api import Api, Company
from tests.support.campaign import FULL, Verdict, chance, size
from tests.support.importing import Json, as_csv, check, in_phase, look_at, start, upload
from tests.support.waiting import eventually

WORKERS = ("import_export-worker-1", "import_export-worker-2")
VICTIMS = (*WORKERS, *CUSTOMERS, "import_export")
HEADERS = ("Name", "E-mail", "Phone", "WhatsApp", "Tags")
OVER = ("finished", "failed", "cancelled")
FIRST = itertools.count(1_000_000, 100_000)  # of the people of each file
ROWS = size(1_300, 50_000)

# The seeded bug: customers keep no note of some rows, and are asked about them again.
_FORGET = """
    CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        DELETE FROM import_effect WHERE run_id = NEW.run_id AND n = NEW.n;
        RETURN NULL;
    END $$;
    CREATE TRIGGER forget AFTER INSERT ON import_effect FOR EACH ROW WHEN (NEW.n % 3 = 0)
        EXECUTE FUNCTION forget()"""
_REMEMBER = "DROP TRIGGER forget ON import_effect; DROP FUNCTION forget()"


def a_file(count: int, first: int) -> bytes:
    """So many rows, one in twenty about somebody who stands further up."""
    return as_csv(HEADERS, *(row[: len(HEADERS)] for row in rows(count, first=first)))


@pytest.mark.timeout(3600)
def test_killed_processes_lose_no_row_and_do_none_twice(
    servers: RunningInstances, system: RunningSystem, company: Company
):
    """F-10."""
    admin, team, content = company.admin, company.team(), a_file(ROWS, next(FIRST))
    verdict, options = Verdict("F-10", n=ROWS), {"policy": "merge", "teams": [team]}
    run = upload(admin, content)
    if FULL:
        pauses = _through_kills(servers, system, admin, run, options, verdict)
        verdict.more["longest_pause_s"] = pauses
        assert pauses <= 30
    else:
        check(admin, run, **options)
        with _held(system, "import_export", "import_decision") as at_work:
            start(admin, run, **options)
            _kill(system, at_work(), verdict)
            _kill(system, CUSTOMERS[0], verdict)
    run = in_phase(admin, run, *OVER, within=120)

    assert run["phase"] == "finished", run["problem"]
    _judge(system, verdict, run, team)
    again = check(admin, upload(admin, content), **options)
    assert again["counts"]["created"] == 0
    assert sum(again["counts"].values()) == ROWS
    assert again["same_file"]
    assert verdict.disturbances >= size(2, 20)
    assert verdict.report().passed


@pytest.mark.timeout(900)
def test_a_worker_that_wakes_up_late_does_nothing_twice(system: RunningSystem, company: Company):
    """F-11."""
    admin, team, count = company.admin, company.team(), size(700, 20_000)
    verdict, options = Verdict("F-11", n=count), {"policy": "merge", "teams": [team]}
    run = upload(admin, a_file(count, next(FIRST)))
    check(admin, run, **options)
    with _held(system, "customers", "import_effect") as at_work:
        start(admin, run, **options)
        sleeper = at_work()
        system.kill(sleeper, signal.SIGSTOP)
    try:
        run = in_phase(admin, run, *OVER, within=180)
    finally:
        system.kill(sleeper, signal.SIGCONT)
    eventually(lambda: '"overtaken"' in system.logs(sleeper), within=30)
    verdict.disturbances = system.logs(sleeper).count('"overtaken"')

    assert look_at(admin, run)["counts"] == run["counts"]
    _judge(system, verdict, run, team)
    assert verdict.disturbances == 1
    assert verdict.report().passed


def test_rows_of_which_no_note_is_kept_are_noticed(system: RunningSystem, company: Company):
    admin, team, count = company.admin, company.team(), 60
    verdict, options = Verdict("F-10, seeded bug", n=count), {"policy": "merge", "teams": [team]}
    run = upload(admin, a_file(count, next(FIRST)))
    check(admin, run, **options)
    with psycopg.connect(system.database_url("customers"), autocommit=True) as customers:
        customers.execute(_FORGET)
        try:
            with _held(system, "import_export", "import_decision") as at_work:
                start(admin, run, **options)
                _kill(system, at_work(), verdict)
            run = in_phase(admin, run, *OVER, within=60)
        finally:
            customers.execute(_REMEMBER)
    assert not _judge(system, verdict, run, team).passed


def _through_kills(
    servers: RunningInstances, system: RunningSystem, admin: Api, run: Json, options: Json, verdict: Verdict
) -> float:
    """Check and run, while one process after the other dies, the broker and the database, too.

    Returns the seconds for which it stood still at most.
    """
    rng, longest = chance(), 0.0
    _insist(admin, run, "check", options)
    longest = max(longest, _disturbed(servers, system, admin, run, "checked", rng, verdict))
    _insist(admin, run, "start", options)
    return max(longest, _disturbed(servers, system, admin, run, "finished", rng, verdict, outages=True))


def _disturbed(
    servers: RunningInstances,
    system: RunningSystem,
    admin: Api,
    run: Json,
    phase: str,
    rng: random.Random,
    verdict: Verdict,
    *,
    outages: bool = False,
) -> float:
    """Until that phase; the longest time without progress."""
    planned = [(0.3, "rabbitmq"), (0.6, "postgres")] if outages else []
    next_kill, seen, since, longest = time.monotonic(), -1, time.monotonic(), 0.0
    while True:
        now = time.monotonic()
        with suppress(httpx.HTTPError):
            run = look_at(admin, run)
            if run["progress"]["done"] != seen:
                seen, since = run["progress"]["done"], now
        longest = max(longest, now - since)
        if run["phase"] in (phase, *OVER):
            return round(longest, 1)
        if planned and (run["progress"]["percent"] or 0) >= planned[0][0] * 100:
            servers.kill(planned.pop(0)[1])
            verdict.disturbances += 1
        elif now >= next_kill:
            _kill(system, rng.choice(VICTIMS), verdict)
            next_kill = now + rng.uniform(1, 5)
        time.sleep(0.1)


def _insist(admin: Api, run: Json, step: str, options: Json) -> None:
    """As a client does whom nobody answered."""
    eventually(
        lambda: admin.post(f"/v1/imports/{run['id']}/{step}", options).status_code in (202, 409), within=60
    )


def _kill(system: RunningSystem, victim: str, verdict: Verdict) -> None:
    with suppress(LookupError):  # its successor has not started yet
        system.kill(victim)
        verdict.disturbances += 1


@contextmanager
def _held(system: RunningSystem, service: str, table: str) -> Iterator[Callable[[], str]]:
    """Nobody writes to that table while the block lasts. What it gives waits until somebody would, and tells
    which worker has the work.
    """
    waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = %s::regclass"
    with (
        psycopg.connect(system.database_url(service), autocommit=True) as connection,
        connection.transaction(),
    ):
        connection.execute(f"LOCK TABLE {table} IN SHARE MODE".encode())

        def at_work() -> str:
            eventually(lambda: _one(connection, waits, table), within=60)
            return _renewing_its_lease(system)

        yield at_work


_RENEWED = """
    SELECT application_name FROM pg_stat_activity
    WHERE datname = current_database() AND application_name LIKE '%% lease' AND query LIKE '%%lease_until%%'
        AND query_start > %s ORDER BY query_start DESC LIMIT 1"""


def _renewing_its_lease(system: RunningSystem) -> str:
    """The worker that has a job from now on: its connection for leases has its name."""
    with psycopg.connect(system.database_url("import_export"), autocommit=True) as connection:
        (now,) = connection.execute("SELECT clock_timestamp()").fetchone() or (None,)
        (name,) = eventually(lambda: connection.execute(_RENEWED, [now]).fetchone(), within=60)
    _service, worker, _lease = name.split()
    return str(worker)


_OF_TEAM = "SELECT count(*) FROM customer WHERE %s::uuid = ANY(team_ids) AND live"


def _judge(system: RunningSystem, verdict: Verdict, run: Json, team: str) -> Verdict:
    counts, people = run["counts"], people_in(verdict.n)
    with psycopg.connect(system.database_url("customers"), autocommit=True) as customers:
        there = _one(customers, _OF_TEAM, team)
        statement = "SELECT outcome, count(*) FROM import_effect WHERE run_id = %s GROUP BY 1"
        kept = dict(customers.execute(statement, [run["id"]]).fetchall())
    said = {outcome: count for outcome, count in counts.items() if count}
    verdict.lost += max(0, verdict.n - sum(counts.values())) + max(0, people - there)
    verdict.lost += sum(max(0, count - kept.get(outcome, 0)) for outcome, count in said.items())
    verdict.duplicated += max(0, there - people) + max(0, sum(counts.values()) - verdict.n)
    verdict.duplicated += sum(max(0, count - said.get(outcome, 0)) for outcome, count in kept.items())
    verdict.duplicated += abs(counts["created"] - people)
    return verdict


def _one(connection: psycopg.Connection, statement: str, *values: object) -> int:
    row = connection.execute(statement.encode(), values).fetchone()
    assert row is not None
    return int(row[0])
