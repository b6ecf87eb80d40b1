"""Prometheus metrics of the plumbing. Labels are names from the code, never values from a call."""

from __future__ import annotations

from functools import cache

from prometheus_client import Counter, Gauge, Histogram

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_SIZES = (1, 2, 4, 8, 16, 32, 64)

CALLS = Counter("rpc_calls_total", "Calls answered, by method and outcome", ["method", "outcome"])
CALL_SECONDS = Histogram("rpc_call_seconds", "Time in the method", ["method"], buckets=_SECONDS)
CALLS_PER_MESSAGE = Histogram("rpc_calls_per_message", "Calls in one request message", buckets=_SIZES)
REPLIES_PER_MESSAGE = Histogram("rpc_replies_per_message", "Answers in one reply message", buckets=_SIZES)
SENT_PER_MESSAGE = Histogram("rpc_sent_calls_per_message", "Calls in one message sent", buckets=_SIZES)
UNANSWERED = Counter("rpc_unanswered_total", "Calls of ours that got no answer", ["service", "reason"])
DROPPED = Counter("rpc_dropped_total", "Messages or answers given up without an answer", ["reason"])
REFUSED = Counter("rpc_refused_total", "Messages or calls refused unread, answered with an error", ["reason"])
RUNNING = Gauge("rpc_calls_running", "Calls being worked on")
RECONNECTS = Counter("bus_connections_lost_total", "Connections to the broker lost or refused", ["link"])
HUB_LAG = Gauge("hub_lag_seconds", "Longest delay of the event loop since the last reading")


@cache
def _of_method(method: str, outcome: str) -> tuple[Counter, Histogram]:
    return CALLS.labels(method, outcome), CALL_SECONDS.labels(method)


def record_call(method: str, outcome: str, seconds: float) -> None:
    """Counts one answered call. Both labels must come from a closed set."""
    counter, histogram = _of_method(method, outcome)
    counter.inc()
    histogram.observe(seconds)
