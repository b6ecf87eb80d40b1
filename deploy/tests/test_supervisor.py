"""With small stand-ins for services: real processes, real signals."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.local.process_identity import ProcessIdentity, end_all
from deploy.local.program import Program, StepFailed
from deploy.local.status import Status, end_what_was_left, read_status, write_status
from deploy.local.supervisor import StopRequested, Supervisor, TookTooLong

FOR_EVER = "import time\nwhile True: time.sleep(1)"
READY = """
import http.server, os, signal, sys
class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
http.server.HTTPServer(("127.0.0.1", int(os.environ["HEALTH_PORT"])), Ready).serve_forever()
"""


def _program(name: str, code: str, **more: object) -> Program:
    return Program(name=name, command=(sys.executable, "-c", code), **more)  # type: ignore[arg-type]


class Watched:
    """A supervisor with what it said."""

    def __init__(self, folder: Path) -> None:
        self.said: list[str] = []
        self.status_file = folder / "status.json"
        self.supervisor = Supervisor(
            logs=folder / "logs",
            say=self.said.append,
            on_change=lambda it: write_status(self.status_file, Status.of(it, {})),
        )

    def until(self, condition: Callable[[], bool]) -> None:
        self.supervisor.pump(condition, seconds=20, what="the condition")

    def identity(self, name: str) -> ProcessIdentity:
        identity = self.supervisor.runs[name].identity
        assert identity is not None
        return identity


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    it = Watched(tmp_path)
    yield it
    it.supervisor.stop()


def test_what_dies_is_started_again_and_said_in_one_line(watched: Watched):
    watched.supervisor.start([_program("customers", FOR_EVER)])
    first = watched.identity("customers")
    os.kill(first.pid, signal.SIGKILL)
    watched.until(lambda: watched.identity("customers") != first and watched.identity("customers").is_alive)
    assert watched.said == ["customers was killed by SIGKILL, restarted at once"]


def test_what_keeps_dying_is_started_less_and_less_often_and_says_why(watched: Watched):
    watched.supervisor.start([_program("customers", "import sys; sys.exit('DATABASE_URL is missing')")])
    watched.until(lambda: len(watched.said) == 3)
    assert watched.said == [
        "customers ended with status 1, restarted at once: DATABASE_URL is missing",
        "customers ended with status 1, next try in 0.5 s: DATABASE_URL is missing",
        "customers ended with status 1, next try in 1 s: DATABASE_URL is missing",
    ]


def test_ready_means_that_readyz_answers(watched: Watched):
    watched.supervisor.start([_program("customers", READY, has_health_port=True)])
    watched.supervisor.wait_until_ready(["customers"], seconds=20)
    assert watched.supervisor.runs["customers"].is_ready()


def test_what_does_not_become_ready_is_reported_with_its_last_words(watched: Watched):
    code = "print('waiting for the broker', flush=True)\n" + FOR_EVER
    watched.supervisor.start([_program("customers", code, has_health_port=True)])
    watched.until(lambda: "waiting" in watched.supervisor.runs["customers"].log.last_line())
    with pytest.raises(TookTooLong, match="waiting for the broker"):
        watched.supervisor.wait_until_ready(["customers"], seconds=0)


def test_errors_in_a_log_reach_the_console(watched: Watched):
    watched.supervisor.start([_program("customers", "print('ERROR: disk full', flush=True)\n" + FOR_EVER)])
    watched.until(lambda: watched.said == ["customers | ERROR: disk full"])


def test_stages_are_stopped_in_order_the_last_first(watched: Watched, tmp_path: Path):
    ended = tmp_path / "ended"
    code = (
        "import signal, sys, time\n"
        f"def end(*_): open({str(ended)!r}, 'a').write(sys.argv[1] + ' '); sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, end)\nprint('up', flush=True)\n"
    ) + FOR_EVER
    names = {"store": 1, "service": 2, "gateway": 3}
    for name, stage in names.items():
        command = (sys.executable, "-c", code, name)
        watched.supervisor.start([Program(name=name, command=command, stage=stage)])
    watched.until(lambda: all(watched.supervisor.runs[name].log.last_line() == "up" for name in names))
    watched.supervisor.stop()
    assert ended.read_text().split() == ["gateway", "service", "store"]


def test_what_does_not_stop_is_killed_with_its_children(watched: Watched):
    code = (
        "import signal, subprocess, sys\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']).pid, flush=True)\n"
    ) + FOR_EVER
    watched.supervisor.start([_program("stubborn", code, stop_seconds=0.2)])
    watched.until(lambda: bool(watched.supervisor.runs["stubborn"].log.last_line()))
    child = ProcessIdentity.of(int(watched.supervisor.runs["stubborn"].log.last_line()))
    watched.supervisor.stop()
    assert child is not None
    watched.supervisor.runs.clear()
    watched.until(lambda: not child.is_alive)
    assert watched.said == ["stubborn did not stop within 0 s and was killed"]


def test_a_step_that_fails_says_what_it_said(watched: Watched):
    with pytest.raises(StepFailed, match="migrate ended with status 1\n    no such table"):
        watched.supervisor.run_steps(_program("migrate", "import sys; sys.exit('no such table')"))


def test_a_step_gets_its_input(watched: Watched):
    code = "import sys; print(len(sys.stdin.read()))"
    assert watched.supervisor.run_steps(_program("create-admin", code, stdin=b"a password")) == "10"


def test_steps_run_side_by_side(watched: Watched, tmp_path: Path):
    waiting = (
        "import os, sys, time\nopen(sys.argv[1], 'w')\n"
        "while not os.path.exists(sys.argv[2]): time.sleep(0.01)"
    )
    first, second = str(tmp_path / "1"), str(tmp_path / "2")
    watched.supervisor.run_steps(
        Program(name="one", command=(sys.executable, "-c", waiting, first, second)),
        Program(name="two", command=(sys.executable, "-c", waiting, second, first)),
        seconds=20,
    )


def test_a_request_to_stop_ends_every_wait(watched: Watched):
    watched.supervisor.request_stop()
    with pytest.raises(StopRequested):
        watched.supervisor.pump(lambda: False)


def test_a_killed_supervisor_takes_its_processes_along(tmp_path: Path):
    supervisor = _start_supervisor(tmp_path)
    status = read_status(tmp_path / "status.json")
    assert status is not None
    supervisor.kill()
    supervisor.wait()
    _wait_until(lambda: not status.processes["customers"].identity.is_alive)


def test_what_a_killed_supervisor_left_is_ended_at_the_next_start(tmp_path: Path):
    orphan = subprocess.Popen([sys.executable, "-c", FOR_EVER], start_new_session=True)
    _write_status_of_a_dead_supervisor(tmp_path, orphan.pid)
    assert end_what_was_left(tmp_path / "status.json") == ["customers"]
    assert orphan.wait() == -signal.SIGTERM
    assert read_status(tmp_path / "status.json") is None


def test_a_stranger_with_the_same_process_id_is_left_alone(tmp_path: Path):
    stranger = subprocess.Popen([sys.executable, "-c", FOR_EVER], start_new_session=True)
    try:
        _write_status_of_a_dead_supervisor(tmp_path, stranger.pid, began="another moment")
        assert end_what_was_left(tmp_path / "status.json") == []
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_ending_is_asked_for_first_and_then_enforced():
    ignoring = (
        "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True)\n" + FOR_EVER
    )
    process = subprocess.Popen(
        [sys.executable, "-c", ignoring], stdout=subprocess.PIPE, start_new_session=True
    )
    with process:
        assert process.stdout is not None
        process.stdout.readline()
        identity = ProcessIdentity.of(process.pid)
        assert identity is not None
        end_all([identity], seconds=0.1)
        assert process.wait() == -signal.SIGKILL


def _start_supervisor(folder: Path) -> subprocess.Popen[bytes]:
    code = f"""
from pathlib import Path
from deploy.tests.test_supervisor import FOR_EVER, Watched, _program
watched = Watched(Path({str(folder)!r}))
watched.supervisor.start([_program("customers", FOR_EVER)])
watched.supervisor.pump(lambda: False)
"""
    process = subprocess.Popen([sys.executable, "-c", code], cwd=Path(__file__).resolve().parents[2])
    _wait_until(lambda: (folder / "status.json").exists())
    return process


def _write_status_of_a_dead_supervisor(folder: Path, pid: int, *, began: str | None = None) -> None:
    identity = ProcessIdentity.of(pid)
    assert identity is not None
    process = {"pid": pid, "began": began or identity.began, "stage": 1, "restarts": 0, "health_port": None}
    supervisor = {"pid": 2**22 + 1, "began": "long ago"}
    status = {"supervisor": supervisor, "processes": {"customers": process}, "facts": {}}
    (folder / "status.json").write_text(json.dumps(status))


def _wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
