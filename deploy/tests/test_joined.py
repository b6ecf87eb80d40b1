"""Steps that share a process, run by a supervisor as in `make run`."""

import sys
from pathlib import Path

import pytest

from deploy.local.joined import joined
from deploy.local.plan import environment_of_processes
from deploy.local.program import Program, StepFailed
from deploy.local.supervisor import Supervisor

ECHO = "deploy.tests.echo"
MIGRATE = ("servicekit", "migrate", "services.tasks")


def _step(name: str, *arguments: str, stdin: str | None = None, **environment: str) -> Program:
    return Program(
        name=name,
        command=(sys.executable, "-m", *arguments),
        environment={**environment_of_processes(), **environment},
        stdin=None if stdin is None else stdin.encode(),
    )


@pytest.fixture
def supervisor(tmp_path: Path) -> Supervisor:
    return Supervisor(logs=tmp_path, say=lambda _: None, on_change=lambda _: None)


def test_each_step_gets_its_own_arguments_input_and_environment(supervisor: Supervisor, tmp_path: Path):
    steps = [_step("first", ECHO, "a", stdin="secret", ONE="1"), _step("second", ECHO, OTHER="2")]
    assert supervisor.run_steps(joined("both", steps)) == "[]  None 2"
    assert "['a'] secret 1 None" in (tmp_path / "both.log").read_text().splitlines()


def test_the_first_that_fails_is_named_and_the_last_one(supervisor: Supervisor):
    steps = [_step("before", ECHO), _step("migrate-tasks", *MIGRATE), _step("after", ECHO)]
    with pytest.raises(StepFailed) as failed:
        supervisor.run_steps(joined("set-up", steps))
    assert str(failed.value).splitlines() == [
        "set-up ended with status 2",
        "    []  None None",
        "    cannot start: DATABASE_URL is missing",
        "    migrate-tasks ended with status 2",
    ]


def test_one_that_breaks_is_named_too(supervisor: Supervisor):
    broken = _step("migrate-tasks", *MIGRATE, DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing")
    with pytest.raises(StepFailed, match=r"Connection refused[^$]*migrate-tasks ended with status 1"):
        supervisor.run_steps(joined("set-up", [broken]))
