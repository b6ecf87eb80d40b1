"""A service that waits in its database, to see whether that stops everything else."""

from __future__ import annotations

import os
import time

import eventlet
import psycopg

from servicekit.rpc import rpc


class Sleepers:
    name = "sleepers"

    @rpc
    def sleep_in_database(self, seconds: float) -> None:
        with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
            connection.execute("SELECT pg_sleep(%s)", [seconds])

    @rpc
    def longest_gap(self, seconds: float) -> float:
        """The longest time for which the hub did not turn, watched for a while."""
        worst, until = 0.0, time.monotonic() + seconds
        while (before := time.monotonic()) < until:
            eventlet.sleep(0.01)
            worst = max(worst, time.monotonic() - before - 0.01)
        return worst
