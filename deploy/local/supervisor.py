"""Starts programs, starts again what dies, stops all of it in order.

One thread and no callbacks: whoever waits for something does so through `pump`, and everything
that runs is looked after meanwhile.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from deploy.local.program import Program, Run, StepFailed

_TICK_SECONDS = 0.1
_LOOK_AT_LOGS_SECONDS = 1.0


class StopRequested(Exception):
    """Somebody asked the supervisor to stop while it was waiting for something."""


class TookTooLong(Exception):
    """What was waited for did not come. The message says what, and what the log says."""


class Supervisor:
    """Owns every process that it started until `stop` returns."""

    def __init__(
        self, *, logs: Path, say: Callable[[str], None], on_change: Callable[[Supervisor], None]
    ) -> None:
        self.runs: dict[str, Run] = {}
        self._logs = logs
        self._say = say
        self._on_change = on_change
        self._stop_requested = False
        self._next_look_at_logs = 0.0

    def request_stop(self) -> None:
        """Safe to call from a signal handler: `pump` raises StopRequested at its next tick."""
        self._stop_requested = True

    def stop_on_signals(self) -> None:
        """SIGINT, SIGTERM and SIGHUP end the supervisor in order, instead of at once."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self.request_stop())

    def start(self, programs: Iterable[Program]) -> None:
        """Starts them and keeps them running from now on."""
        for program in programs:
            run = Run(program, self._logs / f"{program.name}.log")
            self.runs[program.name] = run
            run.start()
        self._on_change(self)

    def run_steps(self, *programs: Program, seconds: float = 120.0) -> str:
        """Runs programs that are meant to end, side by side; returns the last line that the last one wrote.

        Raises StepFailed with the last words of one that fails.
        """
        steps = [Run(program, self._logs / f"{program.name}.log") for program in programs]
        what = ", ".join(program.name for program in programs)
        try:
            for step in steps:
                step.start()
            self.pump(lambda: _all_ended(steps), seconds=seconds, what=f"{what} to end")
        finally:
            for step in steps:
                step.kill()
        for step in steps:
            if step.exit_status():
                raise StepFailed(step.program.name, step.how_it_ended(), step.log.tail(15))
        return steps[-1].log.last_line()

    def wait_until_ready(self, names: Iterable[str], *, seconds: float) -> None:
        """Until each of them answers that it is ready."""
        for name in names:
            self.pump(self.runs[name].is_ready, seconds=seconds, what=f"{name} to be ready")

    def pump(self, until: Callable[[], bool], *, seconds: float = float("inf"), what: str = "") -> None:
        """Looks after everything until the condition holds. Raises StopRequested or TookTooLong."""
        deadline = time.monotonic() + seconds
        while not self._stop_requested:
            self._look_after()
            if until():
                return
            if time.monotonic() > deadline:
                raise TookTooLong(
                    f"waited {seconds:.0f} s for {what}; see {self._logs}{self._last_words(what)}"
                )
            time.sleep(_TICK_SECONDS)
        raise StopRequested

    def stop(self) -> None:
        """Stops everything, the last stage first, and returns when all of it has gone."""
        for stage in sorted({run.program.stage for run in self.runs.values()}, reverse=True):
            self._stop_stage([run for run in self.runs.values() if run.program.stage == stage])
        self._on_change(self)

    def _stop_stage(self, runs: list[Run]) -> None:
        for run in runs:
            run.ask_to_stop()
        patience = max(run.program.stop_seconds for run in runs)
        deadline = time.monotonic() + patience
        while any(run.exit_status() is None for run in runs) and time.monotonic() < deadline:
            time.sleep(0.05)
        for run in runs:
            if run.exit_status() is None:
                self._say(f"{run.program.name} did not stop within {patience:.0f} s and was killed")
            run.kill()

    def _look_after(self) -> None:
        changes = [self._look_after_one(run) for run in self.runs.values()]
        if any(changes):
            self._on_change(self)
        if time.monotonic() >= self._next_look_at_logs:
            self._next_look_at_logs = time.monotonic() + _LOOK_AT_LOGS_SECONDS
            self._tell_errors()

    def _look_after_one(self, run: Run) -> bool:
        if run.restart_at is None:
            if run.exit_status() is None:
                return False
            pause = run.plan_restart()
            self._tell_end(run, f"next try in {pause:g} s" if pause else "restarted at once")
        if run.restart_at is not None and time.monotonic() >= run.restart_at:
            run.start()
        return True

    def _tell_end(self, run: Run, then: str) -> None:
        # Who was killed had no time for last words.
        last_words = run.log.last_line() if (run.exit_status() or 0) > 0 else ""
        self._say(f"{run.program.name} {run.how_it_ended()}, {then}{': ' if last_words else ''}{last_words}")

    def _tell_errors(self) -> None:
        for run in self.runs.values():
            for line in run.log.new_errors():
                self._say(f"{run.program.name} | {line}")
            run.log.rotate()

    def _last_words(self, what: str) -> str:
        run = self.runs.get(what.split(" ")[0])
        return "".join(f"\n    {line}" for line in run.log.tail(10)) if run else ""


def _all_ended(steps: list[Run]) -> bool:
    return all(step.exit_status() is not None for step in steps)
