from __future__ import annotations

from collections.abc import Iterator

import orjson
import pytest

from servicekit import health


@pytest.fixture(autouse=True)
def checks() -> Iterator[None]:
    yield
    for name in ("database", "bus"):
        health.unregister(name)


def ask(path: str) -> tuple[str, bytes]:
    statuses: list[str] = []
    body = b"".join(health.application({"PATH_INFO": path}, lambda status, _headers: statuses.append(status)))
    return statuses[0], body


def test_ready_when_every_check_is_content():
    health.register("database", lambda: None)
    status, body = ask("/readyz")
    assert status.startswith("200")
    assert orjson.loads(body) == {"ready": True, "problems": {}}


def test_not_ready_names_each_reason():
    def broken() -> str | None:
        raise ConnectionError("canary@example.com")

    health.register("database", broken)
    health.register("bus", lambda: "AccessRefused 403")
    status, body = ask("/readyz")
    assert status.startswith("503")
    assert orjson.loads(body)["problems"] == {"database": "ConnectionError", "bus": "AccessRefused 403"}


def test_live_whatever_the_checks_say():
    health.register("database", lambda: "down")
    assert ask("/livez")[0].startswith("200")


def test_metrics_are_served():
    status, body = ask("/metrics")
    assert status.startswith("200")
    assert b"python_info" in body


def test_anything_else_is_not_found():
    assert ask("/etc/passwd")[0].startswith("404")
