"""One running system for all end-to-end tests of a test process: every service as processes of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deploy.local.system import RunningSystem, running_system


@pytest.fixture(scope="package")
def system() -> Iterator[RunningSystem]:
    with running_system() as running:
        yield running
