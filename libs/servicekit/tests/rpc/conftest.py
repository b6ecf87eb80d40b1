"""A running workshop."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from servicekit.testing.process import ServiceProcess, running_service

WORKSHOP = "servicekit.tests.rpc.workshop:Workshop"
COLLEAGUE = "servicekit.tests.rpc.workshop:Colleague"


@pytest.fixture(scope="module")
def workshop(bus_url: str) -> Iterator[ServiceProcess]:
    with running_service(WORKSHOP, AMQP_URL=bus_url) as service:
        yield service
