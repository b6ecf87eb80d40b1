"""The index made anew, a page of customers in each step; then a scan makes the pairs anew.

The first step queues that scan, which waits for the end: it comes also after one that failed.

Whoever changes meanwhile is written by whoever hears of it, before or after: the later question wins. So it
may be done at any time, be stopped and go on, and nothing is missing from the index while it is done.
"""

from __future__ import annotations

from functools import partial
from typing import Final
from uuid import UUID

from servicekit.clock import utc_now
from servicekit.database import UnitOfWork
from servicekit.errors import Unavailable
from servicekit.jobs import Progress, Run
from servicekit.wire import RemoteFailure
from services.dedup.index import repository as index
from services.dedup.index.news import News, ask_for_page
from services.dedup.pairs import repository as pairs
from services.dedup.rebuild.starting import KIND
from services.dedup.scan import starting as scan

PAGE: Final = 500
_BEFORE_ALL: Final = UUID(int=0)


class RebuildIndex:
    """The handler of servicekit.jobs."""

    kind = KIND

    def prepare(self, run: Run) -> tuple[News, str | None]:
        """The next customers, as they are now."""
        ask, after = partial(run.rpc.call, "customers"), run.job.state.get("after")
        try:
            return ask_for_page(run.database, ask, after, limit=PAGE)
        except RemoteFailure as failure:
            if after is not None:
                raise
            # While a release is rolled out there may be a customers service that cannot answer yet. The job
            # of a new database is queued once, so it waits for one that can.
            raise Unavailable("customers_not_ready") from failure

    def step(self, run: Run, uow: UnitOfWork, prepared: tuple[News, str | None]) -> Progress:
        news, following = prepared
        after = UUID(run.job.state.get("after", str(_BEFORE_ALL)))
        index.lock(uow.connection)
        written = index.write(uow.connection, news)
        swept = index.sweep(uow.connection, news, after=after, until=following and UUID(following))
        # Of those who changed the scan makes the pairs: one by one it would take many times as long.
        if left := written.left | swept:
            pairs.replace(uow.connection, left, [], at=utc_now())
        if "after" not in run.job.state:
            scan.start_after(uow, created_by=run.job.created_by)
        return Progress(
            state={"after": following} if following else None,
            done=run.job.done + len(news.customers),
            counts={
                "changed": run.job.counts.get("changed", 0) + len(written.changed),
                "left": run.job.counts.get("left", 0) + len(swept),
            },
            finished=following is None,
        )
