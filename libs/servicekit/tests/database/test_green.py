"""Under eventlet a query must not stop the other greenlets. A process of its own: pytest stays unpatched."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def seconds(mode: str, database_url: str) -> float:
    script = Path(__file__).with_name("green.py")
    paths = os.pathsep.join(filter(None, [*sys.path]))
    environment = {**os.environ, "DATABASE_URL": database_url, "PYTHONPATH": paths}
    command = [sys.executable, "-W", "ignore", str(script), mode]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=True)
    return float(done.stdout)


def test_ten_sleeps_take_about_as_long_as_one(database_url: str) -> None:
    assert seconds("prepared", database_url) < 1.2


def test_and_without_the_setting_as_long_as_ten(database_url: str) -> None:
    assert seconds("patched", database_url) > 1.9
