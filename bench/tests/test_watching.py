"""The peak of a process and of what it starts."""

from __future__ import annotations

import os
import subprocess
import sys

from bench.watching import watched

_CHILD = "import time; b = bytearray(64 << 20); time.sleep(0.5)"


def test_what_a_process_starts_is_seen_apart() -> None:
    with watched({"we": os.getpid()}) as peaks:
        subprocess.run([sys.executable, "-c", _CHILD], check=True)
    assert 64 < peaks.children["we"] < 150
    assert peaks.most == max(peaks.own["we"], peaks.children["we"])


def test_the_peak_begins_anew_with_the_block() -> None:
    def most(size: int) -> float:
        with watched({"we": os.getpid()}) as peaks:
            bytearray(size << 20)
        return peaks.own["we"]

    assert most(200) > most(1) + 150
