"""What the supervisor runs, and one run of it."""

from __future__ import annotations

import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any

from deploy.local.logs import LogFile
from deploy.local.ports import free_port
from deploy.local.process_identity import ProcessIdentity
from deploy.local.restarts import Restarts


class StepFailed(Exception):
    """A step that had to succeed did not."""

    def __init__(self, name: str, how: str, last_words: list[str]) -> None:
        super().__init__("\n    ".join([f"{name} {how}", *last_words]))


@dataclass(frozen=True, kw_only=True)
class Program:
    """A command line with its surroundings. Later stages are stopped before earlier ones."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    directory: Path = Path("/")
    stage: int = 0
    user: str | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 12.0
    inherited: tuple[int, ...] = ()
    stdin: bytes | None = None
    has_health_port: bool = False
    is_ready: Callable[[], bool] | None = None


class Run:
    """A program and the process in which it runs at present, if any."""

    def __init__(self, program: Program, log: Path) -> None:
        self.program = program
        self.log = LogFile(log)
        self.health_port: int | None = None
        self.identity: ProcessIdentity | None = None
        self.restarts = Restarts()
        self.restart_at: float | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0

    def start(self) -> None:
        """Starts it in a process group of its own, which a Ctrl-C in the terminal does not reach."""
        program, self.restart_at = self.program, None
        self.log.mark_start()
        with self.log.path.open("ab") as log:
            self._process = subprocess.Popen(
                ending_with_us(self.program.command, self.program.stop_signal),
                cwd=program.directory,
                env=self._environment(),
                stdin=subprocess.DEVNULL if program.stdin is None else subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=program.inherited,
                **as_user(program.user),
            )
        self._started = time.monotonic()
        self.identity = ProcessIdentity.of(self._process.pid)
        if self._process.stdin:
            self._process.stdin.write(program.stdin or b"")
            self._process.stdin.close()

    def exit_status(self) -> int | None:
        """None while it runs."""
        return self._process.poll() if self._process else 0

    def how_it_ended(self) -> str:
        """In words, for the console."""
        status = self.exit_status()
        if status is not None and status < 0:
            return f"was killed by {signal.Signals(-status).name}"
        return f"ended with status {status}"

    def plan_restart(self) -> float:
        """Notes that it ended; returns the pause before it is to be started again."""
        pause, self.restarts = self.restarts.after_a_run_of(time.monotonic() - self._started)
        self.restart_at = time.monotonic() + pause
        self._end_group()
        return pause

    def is_ready(self) -> bool:
        """Whether it runs and says that it can do its work."""
        if self.exit_status() is not None:
            return False
        if self.program.is_ready is not None:
            return self.program.is_ready()
        return self.health_port is None or answers_ok(f"http://127.0.0.1:{self.health_port}/readyz")

    def ask_to_stop(self) -> None:
        """Sends the program's stop signal to the process itself, which knows how to stop its children."""
        self.restart_at = None
        if self._process and self.exit_status() is None:
            self._process.send_signal(self.program.stop_signal)

    def kill(self) -> None:
        """Ends what is left of it, at once."""
        if self._process:
            self._end_group()
            self._process.wait()

    def _environment(self) -> dict[str, str]:
        if not self.program.has_health_port:
            return dict(self.program.environment)
        # A fresh one for each run: the old one may have been taken meanwhile.
        self.health_port = free_port()
        return {**self.program.environment, "HEALTH_PORT": str(self.health_port)}

    def _end_group(self) -> None:
        assert self._process is not None
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)


def ending_with_us(command: Sequence[str], number: signal.Signals) -> list[str]:
    """The same command, which the kernel sends that signal when we end, even if we are killed."""
    return ["/usr/bin/setpriv", "--pdeathsig", number.name.removeprefix("SIG"), "--", *command]


def answers_ok(url: str) -> bool:
    """Whether a GET is answered with 200 within a second."""
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=1.0) as answer:
            return bool(answer.status == 200)
    except (OSError, HTTPException):
        return False


def as_user(name: str | None) -> dict[str, Any]:
    """Arguments of `subprocess` to run as that user; None changes nothing."""
    return {} if name is None else {"user": name, "group": name, "extra_groups": []}
