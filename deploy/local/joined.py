"""Several steps in one process, one after the other: what they have in common is imported once.

Most of a step's time is spent on importing the same libraries as the step before.
"""

from __future__ import annotations

import io
import json
import os
import runpy
import sys
import traceback
from collections.abc import Iterable
from typing import Any

from deploy.local.plan import environment_of_processes
from deploy.local.program import Program
from deploy.local.state import CHECKOUT


def joined(name: str, steps: Iterable[Program]) -> Program:
    """A program that does what these do, which are all `python -m MODULE …`. The first that fails ends it."""
    told = [
        {
            "name": step.name,
            "arguments": _after_m(step.command),
            "environment": dict(step.environment),
            "stdin": (step.stdin or b"").decode(),
        }
        for step in steps
    ]
    # On standard input, for there are passwords among it.
    return Program(
        name=name,
        command=(sys.executable, "-m", "deploy.local.joined"),
        environment=environment_of_processes(),
        directory=CHECKOUT,
        stdin=json.dumps(told).encode(),
    )


def main(told: list[dict[str, Any]]) -> int:
    """Returns the exit status: that of the first step that fails."""
    for step in told:
        os.environ.clear()
        os.environ.update(step["environment"])
        sys.stdin = io.TextIOWrapper(io.BytesIO(step["stdin"].encode()))
        status = _run(step["arguments"])
        if status:
            print(f"{step['name']} ended with status {status}", file=sys.stderr)
            return status
    return 0


def _run(arguments: list[str]) -> int:
    """As `python -m` would, with everything that is imported already."""
    sys.argv = list(arguments)
    try:
        runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        print(end.code, file=sys.stderr)
        return 1
    except Exception:
        traceback.print_exc()
        return 1
    return 0


def _after_m(command: tuple[str, ...]) -> list[str]:
    python, m, *arguments = command
    assert (python, m) == (sys.executable, "-m"), command
    return arguments


if __name__ == "__main__":
    sys.exit(main(json.load(sys.stdin)))
