"""`make test`: servers of its own, the tests, and nothing left behind."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.local.process_identity import ProcessIdentity, end_all
from deploy.local.program import ending_with_us
from deploy.local.state import CHECKOUT
from deploy.local.system import CouldNotStart, RunningInstances, private_instances

_PR_SET_CHILD_SUBREAPER = 36
_PYTEST_STOP_SECONDS = 60


def main(arguments: list[str]) -> int:
    """Returns pytest's exit status."""
    # Whatever a test starts and loses becomes our child, and is found at the end.
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)
    # SIGINT too: started in the background of a shell, we would ignore it, and pytest after us.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        with private_instances(durable=False) as instances:
            return _run_pytest(instances, arguments)
    except CouldNotStart as error:
        print(f"The servers for the tests did not start: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        end_all(_children(), seconds=5)


def _run_pytest(instances: RunningInstances, arguments: list[str]) -> int:
    temporary = instances.folder / "tmp"
    temporary.mkdir()
    temporary.chmod(0o1777)
    environment = {**os.environ, **instances.environment, "TMPDIR": str(temporary), "TZ": "UTC"}
    # Hundreds of processes start, which would each compile what they import.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "loadfile", *arguments]
    # In our own process group and on our terminal: Ctrl-C reaches it, and so does a debugger's user.
    command = ending_with_us(command, signal.SIGINT)
    with _ended_in_any_case(subprocess.Popen(command, cwd=CHECKOUT, env=environment)) as process:
        return process.wait()


@contextmanager
def _ended_in_any_case(process: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(_PYTEST_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _children() -> list[ProcessIdentity]:
    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    found = [ProcessIdentity.of(int(pid)) for pid in children]
    return [identity for identity in found if identity is not None]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
