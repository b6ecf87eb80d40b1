"""`make run`: the whole product on this machine, until Ctrl-C. The data stays; running again takes it up.

From the environment: PORT, REPLICAS (`customers=3,gateway=2`), DEMO=1.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack

from deploy.local.announcement import announce_running, announce_started
from deploy.local.joined import joined
from deploy.local.local_system import ADMINISTRATOR, LocalSystem
from deploy.local.plan import environment_of_processes
from deploy.local.ports import listen, listen_from
from deploy.local.processes import parse_replicas
from deploy.local.program import Program, StepFailed
from deploy.local.state import CHECKOUT, AlreadyRunning, LocalState, UnsafeFolder
from deploy.local.status import Status, end_what_was_left, read_status, write_status
from deploy.local.supervisor import StopRequested, Supervisor, TookTooLong

USUAL_PORT = 8000


def main(environment: Mapping[str, str]) -> int:
    """Returns the exit status: 0 after a stop that was asked for."""
    state = LocalState()
    try:
        replicas = parse_replicas(environment.get("REPLICAS", ""))
        with state.held():
            return _run(state, replicas, environment)
    except AlreadyRunning:
        announce_running(read_status(state.status_file))
        return 0
    except (UnsafeFolder, ValueError) as error:
        print(error, file=sys.stderr)
        return 1


def _run(state: LocalState, replicas: Mapping[str, int], environment: Mapping[str, str]) -> int:
    left = end_what_was_left(state.status_file)
    if left:
        say(f"ended what an interrupted run had left: {', '.join(left)}")
    facts: dict[str, str] = {}
    supervisor = Supervisor(
        logs=state.logs, say=say, on_change=lambda it: write_status(state.status_file, Status.of(it, facts))
    )
    supervisor.stop_on_signals()
    with ExitStack() as afterwards:
        afterwards.callback(state.status_file.unlink, missing_ok=True)
        afterwards.callback(_stop, supervisor)
        try:
            listening = afterwards.enter_context(_listen(environment.get("PORT", "")))
            local = LocalSystem(state, replicas)
            url = f"http://127.0.0.1:{listening.getsockname()[1]}"
            facts |= {"url": url, "email": ADMINISTRATOR}
            local.write_environment(url)
            _start(local, supervisor, listening)
            if environment.get("DEMO") == "1":
                _load_demo(supervisor, url, local)
            announce_started(url, local, read_status(state.status_file))
            supervisor.pump(_never)
        except StopRequested:
            return 0
        except (StepFailed, TookTooLong, OSError) as error:
            say(f"could not start: {error}")
            return 1
    return 0


def _start(local: LocalSystem, supervisor: Supervisor, listening: socket.socket) -> None:
    """The broker takes longest to come up: the databases are made ready meanwhile."""
    instances = local.instances
    say("starting PostgreSQL and RabbitMQ …")
    instances.start(supervisor)
    instances.wait_for_postgres(supervisor)
    local.plan.create_databases()
    administrator = local.plan.administrator(ADMINISTRATOR, local.administrator_password)
    supervisor.run_steps(joined("databases", [*local.plan.migrations(), administrator]))
    instances.wait_for_rabbitmq(supervisor)
    say("starting the services …")
    supervisor.run_steps(joined("topology", local.plan.topology()))
    local.plan.start(supervisor, listening)
    local.plan.wait_until_ready(supervisor)


def _load_demo(supervisor: Supervisor, url: str, local: LocalSystem) -> None:
    """Runs `python -m deploy.demo` against the system."""
    say("loading demo data …")
    environment = {
        **environment_of_processes(),
        "CRM_URL": url,
        "CRM_ADMIN_EMAIL": ADMINISTRATOR,
        "CRM_ADMIN_PASSWORD": local.administrator_password,
    }
    command = (sys.executable, "-m", "deploy.demo")
    step = Program(name="demo", command=command, environment=environment, directory=CHECKOUT)
    say(supervisor.run_steps(step, seconds=600))


def _listen(port: str) -> socket.socket:
    """On the port that was asked for, else on the usual one or the next that is free."""
    if not port:
        return listen_from(USUAL_PORT)
    if not port.isdigit():
        raise OSError(f"PORT={port} is not a number")
    try:
        return listen(int(port))
    except (OSError, OverflowError) as error:
        raise OSError(f"PORT={port} cannot be used: {error}") from None


def _stop(supervisor: Supervisor) -> None:
    say("stopping …")
    supervisor.stop()
    say("stopped; the data is kept in .local")


def say(line: str) -> None:
    print(line, flush=True)


_never: Callable[[], bool] = lambda: False  # noqa: E731


if __name__ == "__main__":
    sys.exit(main(os.environ))
