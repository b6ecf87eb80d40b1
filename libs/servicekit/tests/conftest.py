"""Buses for servicekit's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from servicekit.testing.bus import RawClient, declare_rpc_exchange, raw_client
from servicekit.testing.infrastructure import fresh_vhost


@pytest.fixture(scope="module")
def bus_url() -> Iterator[str]:
    """An AMQP URL with a vhost of this module's own, on which the topology step has run."""
    with fresh_vhost("servicekit") as url:
        declare_rpc_exchange(url)
        yield url


@pytest.fixture
def raw(bus_url: str) -> Iterator[RawClient]:
    """A client that can send anything."""
    with raw_client(bus_url) as client:
        yield client
