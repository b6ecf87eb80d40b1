"""The service that these tests talk to, as a process of its own."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import eventlet
from greenlet import GreenletExit

from servicekit import context
from servicekit.errors import WIRE_ERRORS, NotFound
from servicekit.rpc import RpcClient, rpc
from servicekit.tests.rpc.doom import Doom

CANARY = "canary@example.com"


class UndoneByDatabase(Exception):
    """What SQLAlchemy raises around psycopg's serialization failure, as far as the entrypoint looks at it."""

    class orig:
        sqlstate = "40001"


class Workshop:
    name = "workshop"
    colleague = RpcClient("colleague")
    nobody = RpcClient("nobody")

    @rpc
    def echo(self, value: Any = None) -> Any:
        return value

    @rpc
    def sleep(self, seconds: float) -> str:
        eventlet.sleep(seconds)
        return "slept"

    @rpc
    def hang(self, seconds: float) -> None:
        """Works without ever yielding to the hub."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            pass

    @rpc
    def write_down(self, path: str, word: str, seconds: float = 0.0) -> str:
        """Leaves a trace of every time that it begins and ends."""
        with Path(path).open("a") as trace:
            trace.write(f"begin {word}\n")
        eventlet.sleep(seconds)
        with Path(path).open("a") as trace:
            trace.write(f"end {word}\n")
        return word

    @rpc
    def refuse(self, error: str) -> None:
        raise WIRE_ERRORS[error]("some_code", {"about": [1, "two"]})

    @rpc
    def break_down(self) -> None:
        raise ValueError(CANARY)

    @rpc
    def overrun(self) -> None:
        with eventlet.Timeout(0.01):
            eventlet.sleep(10)

    @rpc
    def be_killed(self) -> None:
        raise GreenletExit

    @rpc
    def answer_a_date(self) -> Any:
        return datetime.now(UTC)

    @rpc
    def answer_at_length(self, size: int) -> str:
        return "x" * size

    @rpc
    def refuse_oddly(self) -> None:
        raise NotFound("some_code", ["no", "object"])  # type: ignore[arg-type]

    @rpc
    def undo(self, path: str, times: int) -> int:
        """Fails with a serialization failure that often, then answers how often it ran."""
        runs = Path(path)
        runs.write_text(runs.read_text() + "x" if runs.exists() else "x")
        if len(runs.read_text()) <= times:
            raise UndoneByDatabase
        return len(runs.read_text())

    @rpc
    def who_calls(self) -> dict[str, Any]:
        call = context.current()
        return {"request_id": call.request_id, "user_id": call.user_id, "left": context.remaining()}

    @rpc
    def ask_colleague(self, method: str, *args: Any, deadline: float = 5.0) -> Any:
        return self.colleague.call(method, *args, deadline=deadline)

    @rpc
    def ask_nobody(self) -> Any:
        return self.nobody.call("anything")

    @rpc
    def waiting_calls(self) -> int:
        """How many calls to others have not come to an end."""
        return len(self.colleague.link.pending)


class Colleague:
    name = "colleague"

    @rpc
    def sleep(self, seconds: float) -> str:
        eventlet.sleep(seconds)
        return "slept"

    @rpc
    def refuse(self, error: str) -> None:
        raise WIRE_ERRORS[error]("some_code", {"about": [1, "two"]})

    @rpc
    def who_calls(self) -> dict[str, Any]:
        call = context.current()
        return {"request_id": call.request_id, "user_id": call.user_id, "left": context.remaining()}


class Doomed:
    """Ends by itself: a greenlet that nobody expected to fail."""

    name = "doomed"

    doom = Doom()

    @rpc
    def echo(self, value: Any) -> Any:
        return value
