"""argon2id in threads: a hash costs some 20 ms of a core, which the event loop must not pay."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from servicekit.errors import Unavailable

SHORTEST, LONGEST = 10, 200
# OWASP's second recommendation for argon2id: 19 MiB, two passes, one lane. argon2-cffi's default takes
# 64 MiB and four threads for each login, which a few logins at once turn into an outage.
HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


class Passwords:
    """Hashes and verifies with bounded concurrency; more waiting callers than `queue` are turned away."""

    def __init__(self, *, threads: int = 2, queue: int = 50) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="argon2")
        self._waiting, self._queue = 0, queue
        # Verified instead of a stored hash when there is no such user, so that time tells nothing.
        self._nobody = HASHER.hash("no password matches this: it is never compared to an account")

    async def hash(self, password: str) -> str:
        return str(await self._in_thread(HASHER.hash, password))

    async def verify(self, stored: str | None, password: str) -> bool:
        """Whether it is the password; the same work when there is no stored hash."""
        matches: bool = await self._in_thread(self._matches, stored or self._nobody, password)
        return matches and stored is not None

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _matches(self, stored: str, password: str) -> bool:
        try:
            return HASHER.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _in_thread(self, work: Callable[..., Any], *args: str) -> Any:
        if self._waiting >= self._queue:
            raise Unavailable("logins_busy", {"retry_after": 2})
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work, *args)
        finally:
            self._waiting -= 1
