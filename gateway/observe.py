"""What is seen of a request from outside: its id, one log line, and metrics. Never its query or its data."""

from __future__ import annotations

import logging
import re
from functools import cache

from prometheus_client import Counter, Gauge, Histogram

from servicekit.ids import new_id

log = logging.getLogger("gateway.requests")

_SAFE_ID = re.compile(rb"[A-Za-z0-9._:/+=@-]{1,128}")
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_ANSWERS = Counter("http_answers_total", "Answers, by operation and status", ["operation", "status"])
_LATENCY = Histogram("http_request_seconds", "Time to the answer", ["operation"], buckets=_SECONDS)
IN_FLIGHT = Gauge("http_requests_in_flight", "Requests being worked on")
PUSH_NEWS = Counter("push_news_total", "What there was to tell to open streams of changes")
PUSH_RESYNCS = Counter("push_resyncs_total", "Streams told to read everything anew")
PUSH_FLUSH = Histogram("push_flush_seconds", "Time to tell all streams what there is", buckets=_SECONDS)
STREAMS = Gauge("http_streams_open", "Streams of events being sent")


def request_id_from(header: bytes | None) -> str:
    """The caller's X-Request-Id if it is safe to log and to send on, else a new one."""
    if header is not None and _SAFE_ID.fullmatch(header):
        return header.decode("ascii")
    return new_id().hex


def record(operation: str, status: int, seconds: float, *, user_id: str | None, size: int) -> None:
    """`operation` comes from our routes: a path that nobody declared could hold anything."""
    answers, latency = _series(operation, status)
    answers.inc()
    latency.observe(seconds)
    if log.isEnabledFor(logging.INFO):
        fields = {
            "operation": operation,
            "status": status,
            "ms": round(seconds * 1000, 2),
            "bytes": size,
            "user_id": user_id,
        }
        log.info("request", extra=fields)


@cache
def _series(operation: str, status: int) -> tuple[Counter, Histogram]:
    return _ANSWERS.labels(operation, str(status)), _LATENCY.labels(operation)
