"""In a service whoever waits for a report lets everybody else go on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import orjson

_ROOT = Path(__file__).resolve().parents[4]
_GREEN = """
from servicekit import boot
boot.prepare()
import os, signal, sys, time
import eventlet, orjson
from servicekit.errors import Conflict
from services.reports.computing.pool import Pool
from services.reports.tests.computing.tasks import a_report, totals

task = a_report(["Gold"], [0, 0])
pool = Pool(processes=1, idle_seconds=2.0)
longest, ticking = 0.0, True

def tick():
    global longest
    last = time.monotonic()
    while ticking:
        eventlet.sleep(0.005)
        now = time.monotonic()
        longest, last = max(longest, now - last), now

pool.run(task)
(pid,) = pool.processes
ticker = eventlet.spawn(tick)
os.kill(pid, signal.SIGSTOP)
first = eventlet.spawn(pool.run, task, key="form", deadline=60)
while not pool.busy:
    eventlet.sleep(0.01)
others = [eventlet.spawn(pool.run, task, deadline=60) for _ in range(5)]
ticks = 0
for _ in range(40):  # for a second nobody answers
    eventlet.sleep(0.02)
    ticks += 1
again = eventlet.spawn(pool.run, task, key="form", deadline=60)
try:
    first.wait()
    superseded = False
except Conflict:
    superseded = True
os.kill(pid, signal.SIGCONT)
answers = [totals(each.wait()) for each in (*others, again)]
ticking = False
ticker.wait()
until = time.monotonic() + 30
while pool.processes and time.monotonic() < until:
    eventlet.sleep(0.05)
idle = len(pool.processes)
pool.close()
told = {"superseded": superseded, "answers": answers, "longest": longest, "idle": idle}
sys.stdout.write(orjson.dumps(told).decode())
"""


def test_many_wait_and_nobody_is_held_up():
    environment = {**os.environ, "PYTHONPATH": f"{_ROOT}:{_ROOT / 'libs'}", "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(
        [sys.executable, "-c", _GREEN],
        env=environment,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = orjson.loads(done.stdout)
    assert told["superseded"] is True
    assert told["answers"] == [{"Gold": 2}] * 6
    assert told["idle"] == 0
    # A process that waits in the kernel would have held the others up for as long as the first was silent.
    assert told["longest"] < 0.5
