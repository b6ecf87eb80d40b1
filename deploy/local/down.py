"""`make down`: stops what `make run` started here, from another terminal or after a crash. The data stays."""

from __future__ import annotations

import signal
import sys
import time

from deploy.local.state import AlreadyRunning, LocalState
from deploy.local.status import end_what_was_left, read_status

_STOP_SECONDS = 120.0


def main() -> int:
    """Returns 1 if it would not stop."""
    state = LocalState()
    status = read_status(state.status_file)
    was_running = status is not None and status.supervisor.is_alive
    if status is not None and was_running:
        print("stopping …", flush=True)
        status.supervisor.signal(signal.SIGTERM)
    deadline = time.monotonic() + _STOP_SECONDS
    while time.monotonic() < deadline:
        try:
            with state.held():
                _say(was_running, end_what_was_left(state.status_file))
                return 0
        except AlreadyRunning:
            time.sleep(0.2)
    print("it did not stop; see .local/logs", file=sys.stderr)
    return 1


def _say(was_running: bool, left: list[str]) -> None:
    if left:
        print(f"ended what an interrupted run had left: {', '.join(left)}")
    print("stopped; the data is kept in .local" if was_running or left else "nothing ran here")


if __name__ == "__main__":
    sys.exit(main())
