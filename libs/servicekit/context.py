"""Who called, until when, and under which request id: carried along with every call and log line."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from servicekit.ids import new_id


@dataclass(frozen=True, slots=True)
class CallContext:
    """One call's context. `deadline` is in unix seconds; None means that nobody is waiting."""

    request_id: str
    deadline: float | None = None
    user_id: str | None = None


NO_CALL = CallContext("")
# Greenlets and asyncio tasks each have a context of their own, so this needs no further care under either.
_current: ContextVar[CallContext] = ContextVar("call_context", default=NO_CALL)


def current() -> CallContext:
    """The context of the running call, `NO_CALL` outside of one."""
    return _current.get()


def remaining() -> float | None:
    """Seconds until the deadline of the running call (negative once past it), None without a deadline."""
    deadline = _current.get().deadline
    return None if deadline is None else deadline - time.time()


def begin(context: CallContext) -> None:
    """Makes `context` the current one for the rest of this greenlet or task."""
    _current.set(context)


@contextmanager
def use(context: CallContext) -> Iterator[CallContext]:
    """`context` is the current one inside the block, the former one afterwards."""
    token = _current.set(context)
    try:
        yield context
    finally:
        _current.reset(token)


def new_context(*, timeout: float | None = None, user_id: str | None = None) -> CallContext:
    """The context of a call that starts here: a fresh request id, a deadline `timeout` seconds from now."""
    return CallContext(new_id().hex, None if timeout is None else time.time() + timeout, user_id)
