"""Campaigns run on a system of their own: they kill its processes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deploy.local.system import RunningSystem, running_system


@pytest.fixture(scope="module")
def system() -> Iterator[RunningSystem]:
    with running_system(replicas={"customers": 2}) as running:
        yield running
