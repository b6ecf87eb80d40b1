"""The worker process of reports."""

import subprocess
import sys

import pytest

from services.reports.worker import JOBS


def test_every_kind_of_job_has_one_handler() -> None:
    assert len(JOBS.by_kind) == len(JOBS.handlers)


def test_a_worker_loads_nothing_of_the_service_around_it() -> None:
    _load("worker", without="eventlet")


@pytest.mark.parametrize("module", ["worker", "service"])
@pytest.mark.parametrize("library", ["numpy", "rapidfuzz"])
def test_whoever_waits_for_work_loads_nothing_that_only_computing_needs(module: str, library: str) -> None:
    _load(module, without=library)


def _load(module: str, *, without: str) -> None:
    """In a process of its own, which fails if the library came along."""
    script = f"import sys, services.reports.{module}; sys.exit({without!r} in sys.modules)"
    paths = [path for path in sys.path if path]
    command = [sys.executable, "-W", "ignore", "-c", script]
    subprocess.run(command, env={"PYTHONPATH": ":".join(paths)}, check=True)
