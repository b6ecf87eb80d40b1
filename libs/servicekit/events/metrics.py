"""Prometheus metrics of events. Labels come from closed sets in the code, never from a message."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

OUTBOX_PENDING = Gauge("outbox_pending", "Messages waiting in the outbox, counted up to 10,000")
OUTBOX_LAG = Gauge("outbox_lag_seconds", "Age of the oldest message waiting in the outbox")
OUTBOX_SENT = Counter("outbox_sent_total", "Messages confirmed by the broker")
OUTBOX_RETURNED = Counter("outbox_returned_total", "Mandatory messages that no queue wanted")
OUTBOX_FAILURES = Counter("outbox_failures_total", "Batches that have to be sent again", ["reason"])

HANDLED = Counter("events_handled_total", "Events handled, committed for the first time", ["type"])
REPEATED = Counter("events_repeated_total", "Events that had been handled before")
IGNORED = Counter("events_ignored_total", "Events of types that nobody here subscribes to")
PARKED = Counter("events_parked_total", "Messages parked", ["reason"])
RETRIES = Counter("events_retries_total", "Batches tried again", ["why"])
WAITING = Gauge("events_waiting", "1 while the batch in work waits for something that is down")
BATCH_SIZE = Histogram(
    "events_batch_size", "Messages in one batch", buckets=(1, 2, 5, 10, 25, 50, 100, 250, 500)
)
BATCH_SECONDS = Histogram(
    "events_batch_seconds",
    "From taking a batch to its last commit",
    buckets=(0.005, 0.02, 0.05, 0.1, 0.25, 1, 5, 30),
)
