"""Under eventlet a query must not stop the other greenlets. A process of its own: pytest stays unpatched."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def number(database_url: str, *arguments: str) -> float:
    script = Path(__file__).with_name("green.py")
    paths = os.pathsep.join(filter(None, [*sys.path]))
    environment = {**os.environ, "DATABASE_URL": database_url, "PYTHONPATH": paths}
    command = [sys.executable, "-W", "ignore", str(script), *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=True)
    return float(done.stdout)


def test_ten_sleeps_take_about_as_long_as_one(database_url: str) -> None:
    assert number(database_url, "prepared") < 1.2


def test_and_without_the_setting_as_long_as_ten(database_url: str) -> None:
    assert number(database_url, "patched") > 1.9


def test_a_greenlet_cut_off_in_a_statement_leaves_nothing_and_a_usable_pool(database_url: str) -> None:
    assert number(database_url, "prepared", "interrupted") == 0


def test_a_statement_larger_than_the_socket_takes_at_once_arrives_whole(database_url: str) -> None:
    assert number(database_url, "prepared", "large") == 20_000_000
