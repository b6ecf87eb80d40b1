from __future__ import annotations

from collections.abc import Iterator

import pytest

from servicekit.tests.events.desk import Desk, a_desk


@pytest.fixture
def desk() -> Iterator[Desk]:
    with a_desk() as desk:
        yield desk
