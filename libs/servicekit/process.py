"""The running process: signals, the deadline of a stop, the watch over the hub, the health server.

Needs a patched process; see `servicekit.boot`.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
from types import FrameType
from typing import Any

import eventlet
import eventlet.hubs
import eventlet.wsgi
from eventlet.event import Event

from servicekit import health, metrics

log = logging.getLogger("servicekit.process")

_WATCH_SECONDS = 0.25
_ALARM_GRACE = 1.0
_CHECK_SECONDS = 4.0
STOPPED_BY_DEADLINE = 75


class Stop:
    """SIGTERM and SIGINT end the service gracefully, but never later than `timeout` seconds from now."""

    def __init__(self, runner: Any, timeout: float) -> None:
        self._runner = runner
        self._timeout = timeout
        self._started = Event()
        self.requested = False
        # Until its parts have been set up, none of them has said what it lacks.
        health.register("start", lambda: None if self._started.ready() else "still starting")

    def start_runner(self) -> None:
        """Starts the service. A stop that is asked for meanwhile waits for it: parts that are stopped before
        they have started would run for ever."""
        self._runner.start()
        self._started.send()

    def on_signal(self, number: int, _frame: FrameType | None) -> None:
        """Signal handler. The second SIGINT ends the process at once, a second SIGTERM changes nothing."""
        if self.requested:
            if number == signal.SIGINT:
                os._exit(128 + number)
            return
        self.requested = True
        # The kernel ends the process even if the hub is stuck and the timer below never fires.
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, self._timeout + _ALARM_GRACE)
        eventlet.spawn_after(self._timeout, self._give_up)
        eventlet.spawn(self._stop)

    def _stop(self) -> None:
        log.info("stopping", extra={"within_seconds": self._timeout})
        self._started.wait()
        self._runner.stop()

    def _give_up(self) -> None:
        log.error("not stopped in time, ending the process: what was under work is redelivered")
        logging.shutdown()
        os._exit(STOPPED_BY_DEADLINE)


def run_until_stopped(runner: Any, stop: Stop) -> int:
    """Starts the service and waits for its end: 0 after a stop that was asked for, else 1."""
    stop.start_runner()
    log.info("started", extra={"pid": os.getpid()})
    try:
        # Not runner.wait(): that prints the traceback with the exception's message when a container dies.
        (container,) = runner.containers
        container.wait()
    except Exception:
        log.critical("service died", exc_info=sys.exc_info())
        return 1
    if not stop.requested:
        log.critical("service ended by itself")
        return 1
    log.info("stopped")
    return 0


def watch_hub() -> None:
    """Measures how late the hub is; also wakes it up, so that signals are noticed within a moment."""
    hub = eventlet.hubs.get_hub()
    hub.squelch_timer_exception = _log_escaped
    eventlet.spawn(_measure_lag)


def _log_escaped(_timer: Any, exc_info: Any) -> None:
    """In place of the hub's traceback on stderr, which shows the exception's message."""
    log.error("greenlet failed", exc_info=exc_info)


def _measure_lag() -> None:
    worst, since = 0.0, time.monotonic()
    while True:
        before = time.monotonic()
        eventlet.sleep(_WATCH_SECONDS)
        now = time.monotonic()
        worst = max(worst, now - before - _WATCH_SECONDS)
        if now - since >= 15:
            metrics.HUB_LAG.set(worst)
            worst, since = 0.0, now
        else:
            metrics.HUB_LAG.set(max(worst, 0.0))


def _application(environ: dict[str, Any], start_response: Any) -> Any:
    """A check that hangs must not hang whoever asks."""
    with eventlet.Timeout(_CHECK_SECONDS, False):
        return health.application(environ, start_response)
    start_response("503 Service Unavailable", [("Content-Type", "text/plain")])
    return [b"a check does not return"]


def serve_health(host: str, port: int) -> int:
    """Serves /livez, /readyz, /metrics; returns the port, a free one if `port` is 0."""
    listener = eventlet.listen((host, port), reuse_port=False)
    port = int(listener.getsockname()[1])
    eventlet.spawn(eventlet.wsgi.server, listener, _application, log_output=False, debug=False)
    log.info("health", extra={"host": host, "port": port})
    return port
