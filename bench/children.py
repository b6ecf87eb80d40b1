"""Processes that a run starts, and what the kernel says about any process: CPU and memory."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from deploy.local.program import ending_with_us

ROOT = Path(__file__).resolve().parent.parent
_TICKS = os.sysconf("SC_CLK_TCK")


@contextmanager
def child(
    *arguments: str,
    env: Mapping[str, str] | None = None,
    pass_fds: Sequence[int] = (),
    directory: Path = ROOT,
    patience: float = 15.0,
) -> Iterator[subprocess.Popen[bytes]]:
    """A Python process that is stopped, whatever happens, when the block ends.

    It has a session of its own, so that Ctrl-C reaches it only through us and nothing it started outlives it;
    should we be killed, the kernel ends it. Its output is shown when it failed.
    """
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'libs'}", **(env or {})}
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            ending_with_us([sys.executable, *arguments], signal.SIGTERM),
            env=environment,
            cwd=directory,
            pass_fds=pass_fds,
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            died = process.poll()
            _stop(process, patience=patience)
            if died:
                _show(output, f"{' '.join(arguments)} ended with {died}:")


def _stop(process: subprocess.Popen[bytes], *, patience: float) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    with suppress(ProcessLookupError):  # what it started itself
        os.killpg(process.pid, signal.SIGKILL)


def _show(output: IO[bytes], title: str) -> None:
    output.seek(0)
    print(title, output.read()[-4000:].decode(errors="replace"), sep="\n", file=sys.stderr)


def cpu_seconds(pid: int) -> float:
    """User and system time of the process so far."""
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / _TICKS


def parent(pid: int) -> int:
    """Who started it."""
    return int(_stat(pid)[1])


def _stat(pid: int) -> list[str]:
    # The second field, the name, may hold anything.
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def memory_mb(pid: int) -> float:
    """The process's proportional share of memory (PSS): shared pages are counted once over all sharers."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise ValueError(f"no Pss of process {pid}")


def peak_mb(pid: int) -> float:
    """The most resident memory that the process ever had."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise ValueError(f"no VmHWM of process {pid}")


def descendants(pid: int) -> list[int]:
    """All processes below `pid`, itself included."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(FileNotFoundError, ProcessLookupError):
                children.setdefault(parent(int(entry.name)), []).append(int(entry.name))
    found = [pid]
    for process in found:
        found += children.get(process, [])
    return found
