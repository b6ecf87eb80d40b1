from __future__ import annotations

from collections.abc import Iterator

import pytest

from servicekit.tests.jobs.shop import Shop, a_shop


@pytest.fixture
def shop(bus_url: str) -> Iterator[Shop]:
    with a_shop(bus_url) as shop:
        yield shop
