"""Blocking calls to other services from a plain process: the asyncio client, in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from typing import Any

from servicekit import context
from servicekit.aio.client import DEFAULT_DEADLINE, RpcClient


class Calls:
    """Connects with the first call, and again by itself after each loss. Safe for any thread."""

    def __init__(self, amqp_url: str) -> None:
        self._url = amqp_url
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._client: RpcClient | None = None

    def call(
        self,
        service: str,
        method: str,
        *args: Any,
        deadline: float = DEFAULT_DEADLINE,
        write: bool = False,
        **kwargs: Any,
    ) -> Any:
        """The result of `service.method(*args, **kwargs)`, within `deadline` seconds.

        Raises as servicekit.aio's client does: the eight errors, CallTimeout, RemoteFailure.
        """
        client = self._connected()
        call = client.call(service, method, *args, deadline=deadline, write=write, **kwargs)
        return self._run(_in_context(call, context.current())).result()

    def close(self) -> None:
        """Disconnects and ends the thread. Calls under way fail."""
        with self._lock:
            if self._loop is None:
                return
            if self._client is not None:
                self._run(self._client.close()).result()
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._loop = self._client = None

    def _connected(self) -> RpcClient:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=_turn, args=(self._loop,), name="rpc", daemon=True).start()
            if self._client is None:
                self._client = self._run(RpcClient.connect(self._url)).result()
            return self._client

    def _run(self, work: Any) -> Future[Any]:
        assert self._loop is not None
        return asyncio.run_coroutine_threadsafe(work, self._loop)


async def _in_context(call: Any, caller: context.CallContext) -> Any:
    with context.use(caller):
        return await call


def _turn(loop: asyncio.AbstractEventLoop) -> None:
    try:
        loop.run_forever()
    finally:
        loop.close()
