"""M-start: `make run` a second time, from the command to the first 200.

In a copy of the checkout, so that nobody's data and no running system are touched. The copy borrows this
checkout's `.venv`; what `make run` does before (packages and `.venv` looked at) is timed here and added.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.children import ROOT, child
from bench.report import Figure
from bench.room import Room, wait_until
from deploy.local.ports import free_port

_LIMIT_SECONDS = 25.0
_LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", ".local", "__pycache__", ".*_cache", ".hypothesis", "results", "*.whl"
)
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def measure(room: Room) -> Iterator[Figure]:
    """The first run makes databases and passwords; the second is what counts."""
    with _copy_of_the_checkout() as copy:
        room.say("first start, makes everything")
        first = _start(copy)
        room.say("second start")
        second = _start(copy)
    preparation = _preparation()
    yield Figure(
        id="M-start",
        unit="s",
        ours=preparation + second,
        yardstick=_LIMIT_SECONDS,
        ratio=(preparation + second) / _LIMIT_SECONDS,
        n=1,
        reach=f"≤ {_LIMIT_SECONDS:.0f} s",
        reached=preparation + second <= _LIMIT_SECONDS,
        note=f"of it bootstrap {preparation:.1f} s; the first start took {first:.1f} s",
    )


def _start(copy: Path) -> float:
    """Seconds until the gateway says that it is ready; then everything is stopped in order."""
    port = free_port()
    environment = {"PORT": str(port), "PYTHONPATH": f"{copy}:{copy / 'libs'}", "REPLICAS": "", "DEMO": ""}
    begin = time.monotonic()
    with child("-m", "deploy.local.run", env=environment, directory=copy, patience=90) as process:
        wait_until(lambda: _is_up(port, process), seconds=180, what="the first 200", pause=0.1)
        return time.monotonic() - begin


def _is_up(port: int, process: subprocess.Popen[bytes]) -> bool:
    if process.poll() is not None:
        raise RuntimeError(f"`make run` ended with status {process.returncode}")
    try:
        with _OPENER.open(f"http://127.0.0.1:{port}/readyz", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _preparation() -> float:
    """What comes before `deploy.local.run` in `make run`, in front of a module that does nothing."""
    begin = time.monotonic()
    command = [sys.executable, "-m", "deploy.local.bootstrap", "--servers", "this"]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.monotonic() - begin


@contextmanager
def _copy_of_the_checkout() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="crm-start-"))
    folder.chmod(0o755)
    copy = folder / "checkout"
    try:
        shutil.copytree(ROOT, copy, ignore=_LEFT_OUT)
        yield copy
    finally:
        _remove(copy / ".local" / "postgres")
        shutil.rmtree(folder, ignore_errors=True)


def _remove(data: Path) -> None:
    """PostgreSQL's data, which lies elsewhere when we are root."""
    if data.is_symlink():
        shutil.rmtree(data.resolve(), ignore_errors=True)
