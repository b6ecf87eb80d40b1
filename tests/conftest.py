"""What tests across services share. The servers come from `make test`."""

from __future__ import annotations

import os

import pytest

_NEEDED = ("TEST_POSTGRES_URL", "TEST_AMQP_URL", "TEST_RABBITMQ_API")


def pytest_configure(config: pytest.Config) -> None:
    """Says at once what would otherwise be an error in every single test."""
    missing = [name for name in _NEEDED if name not in os.environ]
    if missing and not config.option.collectonly:
        raise pytest.UsageError(f"{', '.join(missing)} not set: run the tests with `make test`")
