"""The computing processes of this process: started when there is work, ended when there has long been none.

The same code waits for them in a service, whose greenlets go on meanwhile, and in a worker.
"""

from __future__ import annotations

import threading
import time
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from servicekit.errors import WIRE_ERRORS, Conflict, Invalid, Unavailable
from servicekit.settings import load
from services.reports.computing.computer import LOOK_SECONDS, Computer, Died, TooSlow
from services.reports.computing.turns import Turn, Turns

Json = dict[str, Any]
IDLE_SECONDS: Final = 60.0
# For a report that was given up to come to its end: what the process has open is worth more than that.
GRACE_SECONDS: Final = 0.5
DEADLINE: Final = 15.0
# Of an answer, for a worker, who has nothing else to do than to read it.
MOST_BYTES: Final = 50_000_000


@dataclass(frozen=True, kw_only=True)
class ComputingSettings:
    """`computing_processes`: how many reports may be computed at once, each with so much memory."""

    computing_processes: int = 2
    computing_memory_mb: int = 1024


@dataclass(frozen=True)
class _Call:
    """Somebody who waits."""

    until: float
    turn: Turn


class Pool:
    """`run` tasks; `close` it in the end. If it is not, its processes end with this one."""

    def __init__(
        self, *, processes: int = 2, memory_mb: int = 1024, idle_seconds: float = IDLE_SECONDS
    ) -> None:
        self._most = max(1, processes)
        self._memory_mb = memory_mb
        self._idle_seconds = idle_seconds
        self._changed = threading.Condition()
        self._idle: list[Computer] = []
        self._busy: set[Computer] = set()
        self._starting = 0
        self._turns = Turns()
        self._timer: threading.Timer | None = None
        self._closed = False

    @property
    def processes(self) -> list[int]:
        """Their ids."""
        with self._changed:
            return [computer.pid for computer in (*self._idle, *self._busy)]

    @property
    def busy(self) -> int:
        """How many of them compute."""
        with self._changed:
            return sum(computer.owes for computer in (*self._idle, *self._busy))

    def turn(self, key: str | None) -> AbstractContextManager[Turn]:
        """A question that takes several steps; with a `key` it ends those that began before."""
        return self._turns.begin(key)

    def run(
        self,
        task: Json,
        *,
        key: str | None = None,
        turn: Turn | None = None,
        deadline: float = DEADLINE,
        most_bytes: int | None = None,
    ) -> Json:
        """What came of it, within so many seconds, in so many bytes of JSON. Raises what the task raised;
        Conflict `superseded` when its turn is over, which for a `key` is a turn of its own; Invalid for what
        is too large or too slow to be computed; Unavailable when there was no process for it."""
        task = {**task, "most_bytes": MOST_BYTES if most_bytes is None else most_bytes}
        until = time.monotonic() + deadline
        with self.turn(key) if turn is None else nullcontext(turn) as own:
            return _told(self._computed(task, _Call(until, own)))

    def warm(self) -> None:
        """Starts a process if there is none: somebody is about to ask. Waits for nothing."""
        with self._changed:
            if self._closed or self._idle or self._busy or self._starting:
                return
            self._starting += 1
        with suppress(Unavailable):
            self._release(self._start(), keep=True)

    def _computed(self, task: Json, call: _Call) -> Json:
        try:
            return self._once(task, call)
        except Died as died:
            if died.of_memory and died.at_first:
                raise _too_large() from None
        # For reasons that need not have to do with the task: somebody ended it, or others left it no memory.
        try:
            return self._once(task, call)
        except Died as died:
            if died.of_memory:
                raise _too_large() from None
            raise Unavailable("computing_failed", {"retry_after": 5}) from None

    def _once(self, task: Json, call: _Call) -> Json:
        upload = (task.get("upload") or {}).get("key")
        computer = self._acquire(call, upload)
        keep = False
        try:
            answer = computer.ask(task, until=call.until, go_on=call.turn.go_on)
            computer.upload = upload or computer.upload
            keep = True
            return answer
        except TooSlow:
            raise Invalid.at(
                "/source", "query_too_expensive", "this takes too long at once; make it a run"
            ) from None
        except Conflict:
            keep = True  # it comes to its end, or is ended when it is needed
            raise
        finally:
            self._release(computer, keep=keep)

    def _acquire(self, call: _Call, upload: str | None) -> Computer:
        while True:
            computer = self._take(call, upload) or self._start()
            if not computer.owes or computer.settle(seconds=GRACE_SECONDS):
                return computer
            self._release(computer, keep=False)

    def _take(self, call: _Call, upload: str | None) -> Computer | None:
        """One that nobody uses, best the one that has the file open; None if one more may be started."""
        with self._changed:
            while True:
                call.turn.go_on()
                if self._closed:
                    raise _stopped()
                usable = [each for each in self._idle if each.lives]
                is_room = len(self._idle) + len(self._busy) + self._starting < self._most
                if usable and not (is_room and all(each.owes for each in usable)):
                    best = max(usable, key=lambda each: (not each.owes, each.upload == upload, each.used))
                    self._idle.remove(best)
                    self._busy.add(best)
                    return best
                if self._forget_the_dead() or is_room:
                    self._starting += 1
                    return None
                if time.monotonic() >= call.until:
                    raise Unavailable("computing_busy", {"retry_after": 2})
                self._changed.wait(LOOK_SECONDS)

    def _forget_the_dead(self) -> bool:
        dead = [each for each in self._idle if not each.lives]
        for each in dead:
            self._idle.remove(each)
            each.close()
        return bool(dead)

    def _start(self) -> Computer:
        try:
            computer = Computer(memory_mb=self._memory_mb)
        except OSError as error:
            with self._changed:
                self._starting -= 1
            raise Unavailable("computing_failed", {"retry_after": 5}) from error
        with self._changed:
            self._starting -= 1
            self._busy.add(computer)
            closed = self._closed
        if closed:
            self._release(computer, keep=False)
            raise _stopped()
        return computer

    def _release(self, computer: Computer, *, keep: bool) -> None:
        with self._changed:
            self._busy.discard(computer)
            keep = keep and not self._closed
            if keep:
                self._idle.append(computer)
                self._look_later()
            self._changed.notify_all()
        if not keep:
            computer.close()

    def _look_later(self) -> None:
        if self._timer is None and not self._closed:
            self._timer = threading.Timer(self._idle_seconds, self._look)
            self._timer.daemon = True
            self._timer.start()

    def _look(self) -> None:
        """Ends those that have had nothing to do for long."""
        before = time.monotonic() - self._idle_seconds
        with self._changed:
            self._timer = None
            forgotten = [each for each in self._idle if each.used <= before]
            self._idle = [each for each in self._idle if each.used > before]
            if self._idle or self._busy:
                self._look_later()
        for each in forgotten:
            each.close()

    def close(self) -> None:
        """Ends all processes. Whoever waits for one gets Unavailable."""
        with self._changed:
            self._closed = True
            computers = [*self._idle, *self._busy]
            self._idle = []
            timer, self._timer = self._timer, None
            self._changed.notify_all()
        if timer is not None:
            timer.cancel()
        for each in computers:
            with suppress(OSError):
                each.close()

    @classmethod
    def from_settings(cls) -> Pool:
        settings = load(ComputingSettings)
        return cls(processes=settings.computing_processes, memory_mb=settings.computing_memory_mb)


@cache
def of_process() -> Pool:
    """The one of a worker process."""
    return Pool.from_settings()


def _told(answer: Json) -> Json:
    error = answer.get("error")
    if error is None:
        return answer
    if error["type"] in WIRE_ERRORS:
        raise WIRE_ERRORS[error["type"]](error["code"], error["payload"])
    raise RuntimeError(f"computing failed: {error['type']}")


def _stopped() -> Unavailable:
    return Unavailable("computing_stopped", {"retry_after": 5})


def _too_large() -> Invalid:
    return Invalid.at("/source", "report_too_large", "this needs more memory than a report may take")
