"""The replicas of a campaign's system: ending one and waiting for its successor.

Whoever restarts a system in turn does the same.
"""

from __future__ import annotations

import httpx

from deploy.local.status import ProcessStatus
from deploy.local.system import RunningSystem
from tests.support.campaign import size
from tests.support.waiting import eventually

REPLICAS = {"customers": size(2, 3), "tasks": 3, "import_export-worker": 2}
CUSTOMERS = tuple(f"customers-{number}" for number in range(1, REPLICAS["customers"] + 1))
TASKS = tuple(f"tasks-{number}" for number in range(1, REPLICAS["tasks"] + 1))


def successor(system: RunningSystem, ended: ProcessStatus, name: str) -> ProcessStatus:
    """The process that took the place of `ended`."""

    def found() -> ProcessStatus | None:
        present = system.processes().get(name)
        return present if present and present.pid != ended.pid else None

    return eventually(found, within=30)


def wait_until_ready(process: ProcessStatus) -> None:
    """Returns once it takes work."""

    def ready() -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{process.health_port}/readyz", verify=False).is_success
        except httpx.HTTPError:
            return False

    eventually(ready, within=60)
