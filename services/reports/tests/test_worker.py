"""The worker process of reports."""

import subprocess
import sys

from services.reports.worker import JOBS


def test_every_kind_of_job_has_one_handler() -> None:
    assert len(JOBS.by_kind) == len(JOBS.handlers)


def test_a_worker_loads_nothing_of_the_service_around_it() -> None:
    script = "import sys, services.reports.worker; sys.exit('eventlet' in sys.modules)"
    paths = [path for path in sys.path if path]
    subprocess.run([sys.executable, "-c", script], env={"PYTHONPATH": ":".join(paths)}, check=True)
