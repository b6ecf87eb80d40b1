"""How a service process starts, and that waiting for the database stops nobody else."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import orjson
import pytest

from servicekit.testing.bus import raw_client
from servicekit.testing.infrastructure import fresh_database
from servicekit.testing.process import running_service
from servicekit.testing.proxy import proxied
from servicekit.testing.waiting import eventually
from servicekit.tests.events.desk import PATH as NOTEBOOK
from servicekit.tests.rpc.conftest import WORKSHOP

SLEEPERS = "servicekit.tests.boot.sleepers:Sleepers"


def command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    libs = str(Path(__file__).parents[3])
    given = {name: value for name, value in os.environ.items() if name not in ("AMQP_URL", "DATABASE_URL")}
    return subprocess.run(
        [sys.executable, *arguments],
        env={**given, "PYTHONPATH": libs, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_ten_waits_in_the_database_take_as_long_as_one(bus_url: str):
    """psycopg's wait in C stops all greenlets: without PSYCOPG_WAIT_FUNC ten sleeps of 0.5 s take 5 s."""
    with (
        fresh_database() as database_url,
        running_service(SLEEPERS, AMQP_URL=bus_url, DATABASE_URL=database_url),
        raw_client(bus_url) as raw,
    ):
        calls = [{"id": i, "method": "sleep_in_database", "args": [0.5]} for i in range(10)]
        calls.append({"id": "gap", "method": "longest_gap", "args": [0.5]})
        began = time.monotonic()
        raw.publish("sleepers.__group__", orjson.dumps({"calls": calls}))
        replies: list[dict] = []
        while len(replies) < len(calls):
            replies += raw.reply()["replies"]
        assert time.monotonic() - began < 3
        assert {reply["error"] and reply["error"]["value"] for reply in replies} == {None}
        [gap] = [reply["result"] for reply in replies if reply["id"] == "gap"]
        assert gap < 0.4


def test_boot_refuses_a_psycopg_that_would_block():
    late = "import psycopg; from servicekit import boot; boot.prepare()"
    result = command("-W", "ignore", "-c", late)
    assert result.returncode != 0
    assert "psycopg would block" in result.stderr


def test_missing_settings_are_named_and_end_with_status_2():
    result = command("-m", "servicekit", "run", WORKSHOP, RPC_WORKERS="many")
    assert result.returncode == 2
    assert "AMQP_URL is missing; RPC_WORKERS must be a whole number" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_service_with_a_database_names_the_missing_variable():
    result = command("-m", "servicekit", "run", NOTEBOOK)
    assert result.returncode == 2
    assert "AMQP_URL is missing; DATABASE_URL is missing" in result.stderr


@pytest.mark.parametrize("arguments", [(), ("walk",), ("run",), ("run", "no.class.named")])
def test_wrong_command_shows_how_it_is_used(arguments: tuple[str, ...]):
    result = command("-m", "servicekit", *arguments)
    assert result.returncode == 2
    assert "python -m servicekit run" in result.stderr


def test_broker_password_is_in_no_log(bus_url: str):
    """Connection errors of AMQP libraries like to print the URL."""
    with proxied(bus_url) as (proxy, url):
        proxy.cut()
        url = re.sub("//[^@]+@", "//guest:hunter2@", url)
        with running_service(WORKSHOP, wait=False, AMQP_URL=url, LOG_LEVEL="DEBUG") as service:
            eventually(lambda: service.logged("call connection lost"))
            proxy.restore()
            eventually(lambda: service.logged("call connection lost", reason="AccessRefused 403"))
            assert "hunter2" not in "\n".join(service.lines)


def test_asyncio_side_imports_nothing_green():
    """eventlet in an asyncio process is dead weight at best, a patched event loop at worst."""
    code = (
        "import sys, servicekit.aio, servicekit.health, servicekit.log, servicekit.settings\n"
        "assert not {'eventlet', 'nameko', 'kombu', 'amqp'} & set(sys.modules), 'green'"
    )
    result = command("-c", code)
    assert result.returncode == 0, result.stderr
