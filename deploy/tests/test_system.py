"""The whole system as tests and benchmarks start it."""

import os

import psycopg
import pytest

from deploy.local.broker_api import BrokerApi
from deploy.local.program import answers_ok
from deploy.local.system import RunningSystem, running_system
from tests.support.waiting import eventually

pytestmark = pytest.mark.system


def _is_back(system: RunningSystem, name: str, pid: int) -> bool:
    process = system.processes().get(name)
    if process is None or process.pid == pid:
        return False
    return answers_ok(f"http://127.0.0.1:{process.health_port}/readyz")


def test_a_system_is_ready_survives_a_kill_and_leaves_nothing_behind():
    with running_system(replicas={"customers": 2}) as system:
        assert list(system.processes()) == [
            "customers-1",
            "customers-2",
            "customers-worker",
            "dedup",
            "dedup-worker",
            "import_export",
            "import_export-worker",
            "reports",
            "reports-worker",
            "tasks",
            "gateway-rpc",
            "gateway",
        ]
        assert answers_ok(f"{system.url}/readyz")
        killed = system.kill("customers")
        eventually(lambda: _is_back(system, "customers-1", killed.pid), within=60)
        assert system.processes()["customers-1"].restarts == 1
        assert "taking calls" in system.logs("customers-1")
        processes = system.processes()
    assert not any(process.identity.is_alive for process in processes.values())
    assert not system.folder.exists()
    assert not _database_exists(f"{system.plan.prefix}customers")
    assert not _vhost_exists(system.plan.vhost)


def _database_exists(name: str) -> bool:
    with psycopg.connect(os.environ["TEST_POSTGRES_URL"]) as connection:
        return connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def _vhost_exists(name: str) -> bool:
    return BrokerApi(os.environ["TEST_RABBITMQ_API"]).has_vhost(name)
