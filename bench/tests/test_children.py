import time
from pathlib import Path

import pytest

from bench.children import child, cpu_seconds, descendants, memory_mb, parent
from bench.costs import Meter

_SLEEPER = (
    "import subprocess, sys, time; subprocess.Popen(['sleep', '60']); print(1, flush=True); time.sleep(60)"
)


def _gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except FileNotFoundError:
        return True


def _wait_for(condition: object) -> None:
    deadline = time.monotonic() + 20
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_nothing_that_a_child_started_outlives_the_block() -> None:
    with pytest.raises(KeyboardInterrupt), child("-c", _SLEEPER) as process:  # noqa: PT012
        _wait_for(lambda: len(descendants(process.pid)) == 2)
        family = descendants(process.pid)
        raise KeyboardInterrupt
    _wait_for(lambda: all(map(_gone, family)))


def test_a_child_that_failed_shows_its_last_words(capfd: pytest.CaptureFixture[str]) -> None:
    with child("-c", "raise SystemExit('no database')") as process:
        process.wait(20)
    assert "no database" in capfd.readouterr().err


def test_the_kernel_tells_cpu_memory_and_parent_of_a_process() -> None:
    with child("-c", "import time\nfor _ in range(10**6): pass\ntime.sleep(60)") as process:
        _wait_for(lambda: cpu_seconds(process.pid) > 0)
        assert memory_mb(process.pid) > 1
        assert parent(process.pid) != process.pid


def test_a_meter_counts_only_while_it_runs() -> None:
    with child("-c", "while True: pass") as process:
        meter = Meter({"spinner": process.pid})
        _wait_for(lambda: cpu_seconds(process.pid) > 0.1)
        assert meter.milliseconds(1) == 0
        with meter.running():
            before = cpu_seconds(process.pid)
            _wait_for(lambda: cpu_seconds(process.pid) > before + 0.05)
        assert meter.milliseconds(2) >= 20
        assert "spinner" in meter.told(1)
