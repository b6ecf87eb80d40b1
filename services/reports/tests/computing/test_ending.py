"""Whoever starts processes and dies leaves none behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from servicekit.testing.waiting import eventually
from services.reports.computing.provider import Computing
from services.reports.tests.computing.processes import lives

_ROOT = Path(__file__).resolve().parents[4]
_STARTS_ONE = """
import sys
from services.reports.computing.pool import Pool
from services.reports.tests.computing.tasks import a_report
pool = Pool()
pool.run(a_report(["Gold"], [0]))
print(*pool.processes, flush=True)
large = a_report([str(n) for n in range(100)], [n % 100 for n in range(3_000_000)])
print("asking", flush=True)
if sys.argv[1] == "computing":
    pool.run(large, deadline=600)
sys.stdin.read()
"""


def started(how: str) -> tuple[subprocess.Popen[str], int]:
    """A process that has a pool, and the process of that."""
    environment = {**os.environ, "PYTHONPATH": f"{_ROOT}:{_ROOT / 'libs'}", "PYTHONWARNINGS": "ignore"}
    parent = subprocess.Popen(
        [sys.executable, "-c", _STARTS_ONE, how],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    assert parent.stdout.readline() == "asking\n"
    return parent, pid


def ended(parent: subprocess.Popen[str], how: int) -> None:
    parent.send_signal(how)
    parent.communicate(timeout=30)


def test_a_killed_service_leaves_no_process_that_waits():
    parent, pid = started("waiting")
    assert lives(pid)
    ended(parent, signal.SIGKILL)
    eventually(lambda: not lives(pid))


def test_a_killed_service_leaves_no_process_that_computes():
    parent, pid = started("computing")
    before = cpu_ticks(pid)
    eventually(lambda: cpu_ticks(pid) > before + 20, within=30)
    ended(parent, signal.SIGKILL)
    eventually(lambda: not lives(pid))


def test_a_service_that_ends_leaves_no_process():
    parent, pid = started("waiting")
    parent.communicate("", timeout=30)
    eventually(lambda: not lives(pid))


def cpu_ticks(pid: int) -> int:
    """What it has computed so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def test_with_its_container_a_pool_ends():
    computing = Computing()
    computing.setup()
    pool = computing.get_dependency(None)
    pool.warm()
    (pid,) = pool.processes
    computing.stop()
    assert not lives(pid)
