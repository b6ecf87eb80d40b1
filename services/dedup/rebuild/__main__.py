"""`python -m services.dedup.rebuild`: the index and pairs made anew by the worker, shown till it is done.

It needs DATABASE_URL. What is under way already is shown; leaving the command (Ctrl-C) does not stop it.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, TextIO
from uuid import UUID

from sqlalchemy import Connection, text

from servicekit import jobs
from servicekit.database import Transactions
from servicekit.jobs import Job, job_message
from servicekit.settings import load_or_exit
from services.dedup.rebuild import starting
from services.dedup.scan.kind import KIND as SCAN

_SECONDS: Final = 1.0
_NAMES: Final = {starting.KIND: "customers in the index", SCAN: "pairs compared"}
_SCAN_AFTER: Final = text("""
    SELECT id FROM job WHERE kind = :kind AND (finished_at IS NULL OR finished_at > :moment)
    ORDER BY created_at DESC LIMIT 1""")


@dataclass(frozen=True, kw_only=True)
class CommandSettings:
    database_url: str = field(repr=False)


def main(out: TextIO = sys.stdout, *, pause: Callable[[float], Any] = time.sleep) -> int:
    """0 when both are done, 1 when one of them failed."""
    database = Transactions.connect(load_or_exit(CommandSettings).database_url, service="dedup")
    try:
        rebuilt = follow(database, database.run(starting.start), out, pause)
        if rebuilt.status != "succeeded":
            return 1
        with database.reading() as connection:
            scan = _find_scan(connection, rebuilt)
        return 0 if scan and follow(database, scan, out, pause).status == "succeeded" else 1
    except KeyboardInterrupt:
        print("\nThe worker goes on.", file=out)
        return 130
    finally:
        database.close()


def follow(database: Transactions, job_id: UUID, out: TextIO, pause: Callable[[float], Any]) -> Job:
    """Prints how far it has come until it is over."""
    told = ""
    while True:
        with database.reading() as connection:
            job = jobs.find(connection, job_id)
        assert job is not None, "a job is kept for thirty days"
        if (line := _line(job)) != told:
            print(line, file=out, flush=True)
        told = line
        if job.is_finished:
            return job
        pause(_SECONDS)


def _find_scan(connection: Connection, rebuilt: Job) -> UUID | None:
    asked = {"kind": SCAN, "moment": rebuilt.created_at}
    found: UUID | None = connection.execute(_SCAN_AFTER, asked).scalar()
    return found


def _line(job: Job) -> str:
    message = job_message(job)
    progress = message["progress"]
    of = f" of {progress['total']:,}" if progress["total"] is not None else ""
    rate = f", {progress['rate']:,}/s" if progress["rate"] else ""
    problem = f": {job.problem['code']}" if job.problem else ""
    return f"{job.status}: {job.done:,}{of} {_NAMES[job.kind]}{rate}{problem}"


if __name__ == "__main__":
    sys.exit(main())
