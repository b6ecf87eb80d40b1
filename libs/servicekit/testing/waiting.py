"""Waiting for a condition instead of sleeping for a time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

T = TypeVar("T")
_STEP = 0.02


def eventually(condition: Callable[[], T], *, within: float = 10.0, what: str = "") -> T:
    """The first true value of `condition`, asked again and again. Fails the test after `within` seconds."""
    until = time.monotonic() + within
    while not (value := condition()):
        if time.monotonic() > until:
            raise AssertionError(f"not within {within} s: {what or condition}")
        time.sleep(_STEP)
    return value


async def eventually_async(
    condition: Callable[[], Awaitable[T] | T], *, within: float = 10.0, what: str = ""
) -> T:
    """Like `eventually`, without holding up the event loop."""
    until = time.monotonic() + within
    while True:
        value: Any = condition()
        if isinstance(value, Awaitable):
            value = await value
        if value:
            return value  # type: ignore[no-any-return]
        if time.monotonic() > until:
            raise AssertionError(f"not within {within} s: {what or condition}")
        await asyncio.sleep(_STEP)
