"""A service that takes calls before all of it has started."""

from __future__ import annotations

from typing import Any

import eventlet
from nameko.extensions import DependencyProvider

from servicekit.rpc import RpcClient, rpc


class Sluggish(DependencyProvider):
    """Starts late something that only `stop` ends."""

    def __init__(self) -> None:
        self._stopped = False

    def start(self) -> None:
        eventlet.sleep(1)
        self._thread = self.container.spawn_managed_thread(self._run)

    def stop(self) -> None:
        self._stopped = True
        self._thread.wait()

    def _run(self) -> None:
        while not self._stopped:
            eventlet.sleep(0.05)

    def get_dependency(self, worker_ctx: Any) -> Sluggish:
        return self


class SluggishService:
    name = "sluggish"
    part = Sluggish()
    nobody = RpcClient("nobody")

    @rpc
    def echo(self, value: Any = None) -> Any:
        return value
