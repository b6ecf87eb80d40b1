"""One computing process, as the service sees it.

Written with what eventlet makes green (socket, subprocess, time): in a service whoever waits lets others run,
in a worker the thread waits.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any, Final

from servicekit.confined.limits import OUT_OF_MEMORY
from servicekit.confined.parent import environment
from services.reports.computing.wire import Incoming, packed

Json = dict[str, Any]
LOOK_SECONDS: Final = 0.05
_MODULE: Final = "services.reports.computing.child"
_BY_MEMORY: Final = (OUT_OF_MEMORY, -signal.SIGABRT, -signal.SIGSEGV)
_OF_STORAGE: Final = ("STORAGE_URL", "AWS_", "SSL_CERT_")


class Died(Exception):
    """The process is no more. `of_memory`: because it needed more than it may have; `at_first`: for the first
    thing that it was asked, so that nothing else can have taken that."""

    def __init__(self, *, of_memory: bool, at_first: bool) -> None:
        super().__init__(of_memory, at_first)
        self.of_memory, self.at_first = of_memory, at_first


class TooSlow(Exception):
    """No answer in time."""


class Computer:
    """`ask` it one thing after the other. `owes`: an answer that nobody waits for any more is to come."""

    def __init__(self, *, memory_mb: int) -> None:
        self._connection, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", _MODULE, str(memory_mb)],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                start_new_session=True,
            )
        self._incoming = Incoming(self._connection)
        self.owes = False
        self.used = time.monotonic()
        self._has_answered = False
        self.upload: str | None = None  # the one that it had open last

    @property
    def pid(self) -> int:
        return int(self._process.pid)

    @property
    def lives(self) -> bool:
        return self._process.poll() is None

    def ask(self, task: Json, *, until: float, go_on: Callable[[], None]) -> Json:
        """Raises Died, TooSlow, and whatever `go_on` raises, which is called many times a second.

        After those it `owes` its answer, or is to be closed.
        """
        try:
            self._connection.settimeout(max(LOOK_SECONDS, until - time.monotonic()))
            self._connection.sendall(packed(task))
        except TimeoutError:
            raise TooSlow from None
        except OSError:
            raise self._death() from None
        self.owes = True
        answer = self._answer(until, go_on)
        self.owes = False
        self.used = time.monotonic()
        return answer

    def settle(self, *, seconds: float) -> bool:
        """Waits that long for the answer that it owes, and forgets it; says whether it came."""
        try:
            self._answer(time.monotonic() + seconds, lambda: None)
        except (Died, TooSlow):
            return False
        self.owes = False
        return True

    def _answer(self, until: float, go_on: Callable[[], None]) -> Json:
        self._connection.settimeout(LOOK_SECONDS)
        while True:
            try:
                answer: Json | None = self._incoming.message()
            except TimeoutError:
                if time.monotonic() >= until:
                    raise TooSlow from None
                go_on()
            except OSError:
                raise self._death() from None
            else:
                if answer is None:
                    raise self._death()
                self._has_answered = True
                return answer

    def _death(self) -> Died:
        self._process.wait()
        of_memory = self._process.returncode in _BY_MEMORY
        return Died(of_memory=of_memory, at_first=not self._has_answered)

    def close(self) -> None:
        """Ends it, whatever it is doing. Twice does no harm."""
        self._connection.close()
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()


def _environment() -> dict[str, str]:
    """Where the code is and where files are kept; nothing else of ours."""
    own = {name: value for name, value in os.environ.items() if name.startswith(_OF_STORAGE)}
    # Threads and their memory are counted by processor otherwise, and there may be a hundred of them.
    return {**environment(), **own, "TOKIO_WORKER_THREADS": "2", "MALLOC_ARENA_MAX": "2"}
