"""Campaigns run on a system of their own with servers of its own: they kill its processes, and the broker.

In small they share one, since starting it takes longer than most of them; at full size each file has its own.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deploy.local.system import RunningInstances, RunningSystem, private_instances, running_system
from tests.faults.replicas import REPLICAS
from tests.support.campaign import FULL

# Whoever takes over from a killed worker waits for its lease, which small campaigns have no time for.
SETTINGS = {} if FULL else {"JOB_LEASE_SECONDS": "4"}


def _lifetime(fixture_name: str, config: pytest.Config) -> str:
    return "module" if FULL else "package"


@pytest.fixture(scope=_lifetime)
def servers() -> Iterator[RunningInstances]:
    with private_instances(durable=False) as running:
        yield running


@pytest.fixture(scope=_lifetime)
def system(servers: RunningInstances) -> Iterator[RunningSystem]:
    with running_system(replicas=REPLICAS, settings=SETTINGS, instances=servers.environment) as running:
        yield running
