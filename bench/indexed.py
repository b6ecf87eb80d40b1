"""An index of labelled people, as the dedup service would have written it, and scans of it.

    python -m bench.indexed postgresql://…/dedup --customers 1000000    fills it; what was in it is gone
    python -m bench.indexed postgresql://…/dedup --scan                 scans it, by the code that workers run

Beside the index lies what is true: `bench_label`, by customer the person and how the record came to be.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from uuid import UUID

import orjson
import psycopg

from bench.labelled import Record, records
from bench.suggested import facts_of_record
from servicekit.database import Transactions
from servicekit.database.migrate import migrate
from servicekit.jobs import Worker
from servicekit.testing.jobs import run_jobs
from services.dedup.domain.keys import clue_keys, name_keys
from services.dedup.scan.job import ScanPairs
from services.dedup.scan.starting import start

_CHUNK = 5_000
_MIX = 0x9E3779B97F4A7C15
_TABLES = {
    "indexed_customer": "customer_id, revision, name, facts, keys, indexed_at",
    "indexed_record": "record_id, customer_id",
    "indexed_identity": "space, value, customer_id",
    "bench_label": "customer_id, person, slip, clue, lookalike",
}
_LABELS = """
    DROP TABLE IF EXISTS bench_label;
    CREATE TABLE bench_label (
        customer_id uuid PRIMARY KEY, person integer, slip text, clue text, lookalike text);
    TRUNCATE indexed_customer, indexed_record, indexed_identity, pair, decision, told_pair,
        scan_candidate, job CASCADE;
"""
_LAST_JOB = "SELECT status, counts FROM job ORDER BY created_at DESC LIMIT 1"
_KEYS_INDEX = "indexed_customer_keys_idx"
_JUDGED = """
    SELECT count(*) FILTER (WHERE a.person = b.person) AS right_ones, count(*) AS suggested,
        (SELECT count(*) FROM bench_label WHERE slip <> '') AS doubles
    FROM pair JOIN bench_label a ON a.customer_id = first_id JOIN bench_label b ON b.customer_id = second_id
"""


def fill(url: str, count: int, *, processes: int = 2, searchable: bool = True) -> None:
    """Replaces what is in the index. A scan does without the means to search it."""
    migrate("services.dedup", url)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_LABELS.encode())
        row = connection.execute("SELECT pg_get_indexdef(to_regclass(%s))", [_KEYS_INDEX]).fetchone()
        connection.execute(f"DROP INDEX IF EXISTS {_KEYS_INDEX}".encode())
        for chunk in _chunks(count, processes=processes):
            for table, text in chunk.items():
                statement = f"COPY {table} ({_TABLES[table]}) FROM STDIN"
                with connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
                    copy.write(text)
        if searchable and row:
            connection.execute("SET maintenance_work_mem = '512MB'")
            connection.execute(row[0].encode())
        connection.execute("VACUUM (ANALYZE)")


def _chunks(count: int, *, processes: int) -> Iterator[dict[str, bytes]]:
    """People are made one after the other, their keys by some processes."""
    people = enumerate(records(count))
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        ahead: deque[Future[dict[str, bytes]]] = deque()
        while chunk := list(islice(people, _CHUNK)):
            ahead.append(pool.submit(_rows, chunk))
            if len(ahead) > 2 * processes:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


def _rows(people: Sequence[tuple[int, Record]]) -> dict[str, bytes]:
    lines: dict[str, list[str]] = {table: [] for table in _TABLES}
    for number, record in people:
        id_, facts = _id(number), facts_of_record(record)
        keys = "{" + ",".join(map(str, (*name_keys(facts.name), *clue_keys(facts)))) + "}"
        stored = orjson.dumps(facts.dump()).decode().replace("\\", "\\\\")
        lines["indexed_customer"].append(f"{id_}\t1\t{facts.name}\t{stored}\t{keys}\tnow")
        lines["indexed_record"].append(f"{id_}\t{id_}")
        lines["indexed_identity"] += [f"{point.space}\t{point.value}\t{id_}" for point in facts.points]
        lines["bench_label"].append(
            f"{id_}\t{record.person}\t{record.slip}\t{record.clue}\t{record.lookalike}"
        )
    return {table: "".join(f"{line}\n" for line in rows).encode() for table, rows in lines.items()}


def _id(number: int) -> UUID:
    """In no order, so that neighbours in the list are none in the database."""
    return UUID(int=(number * _MIX % 2**64 << 64) | number)


def scan(url: str) -> dict[str, float]:
    """Seconds, the largest memory of this process, and what came of it."""
    database = Transactions.connect(url, service="dedup", statement_timeout_ms=30_000)
    with database.unit_of_work() as uow:
        start(uow, created_by="00000000-0000-0000-0000-000000000000")
    began = time.monotonic()
    run_jobs(database, Worker(service="dedup", handlers=[ScanPairs]))
    seconds, cpu = time.monotonic() - began, time.process_time()
    with database.reading() as connection:
        job = connection.exec_driver_sql(
            "SELECT status, counts FROM job ORDER BY created_at DESC LIMIT 1"
        ).one()
        judged = connection.exec_driver_sql(_JUDGED).one()
    database.close()
    if job.status != "succeeded":
        raise RuntimeError(f"the scan {job.status}")
    return {
        "seconds": seconds,
        "cpu_seconds": cpu,
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "precision": judged.right_ones / max(1, judged.suggested),
        "recall": judged.right_ones / max(1, judged.doubles),
        **job.counts,
    }


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="bench.indexed", description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--scan", action="store_true", help="what is there, instead of filling it")
    parser.add_argument("--for-scans", action="store_true", help="without its index of keys")
    asked = parser.parse_args(arguments)
    if asked.scan:
        print(json.dumps(scan(asked.url)))
    else:
        fill(asked.url, asked.customers, searchable=not asked.for_scans)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
