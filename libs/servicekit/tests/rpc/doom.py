"""A dependency whose background greenlet fails, as a defect in one of ours would."""

from __future__ import annotations

from typing import Any

import eventlet
from nameko.extensions import DependencyProvider


class Doom(DependencyProvider):
    def start(self) -> None:
        self.container.spawn_managed_thread(self._fail)

    def _fail(self) -> None:
        eventlet.sleep(0.2)
        raise ValueError("canary@example.com")

    def get_dependency(self, worker_ctx: Any) -> None:
        return None
