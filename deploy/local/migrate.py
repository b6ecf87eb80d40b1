"""`make migrate`: brings the databases of `make run` to the schema of this checkout.

`make run` does it too when it starts. By itself it is for a system that is running.
"""

from __future__ import annotations

import sys

from deploy.local.joined import joined
from deploy.local.local_system import LocalSystem
from deploy.local.program import StepFailed
from deploy.local.state import AlreadyRunning, LocalState
from deploy.local.supervisor import StopRequested, Supervisor, TookTooLong


def main() -> int:
    """On the running servers, or else on servers started for the purpose."""
    state = LocalState()
    supervisor = Supervisor(logs=state.logs, say=print, on_change=lambda _: None)
    supervisor.stop_on_signals()
    try:
        try:
            with state.held():
                _start_postgres_and_migrate(state, supervisor)
        except AlreadyRunning:
            supervisor.run_steps(joined("migrate", LocalSystem(state).plan.migrations()))
    except (StepFailed, StopRequested, TookTooLong) as error:
        print(error or "interrupted", file=sys.stderr)
        return 1
    print("the databases have the schema of this checkout")
    return 0


def _start_postgres_and_migrate(state: LocalState, supervisor: Supervisor) -> None:
    local = LocalSystem(state)
    try:
        supervisor.start([local.instances.postgres.program()])
        local.instances.wait_for_postgres(supervisor)
        local.plan.create_databases()
        supervisor.run_steps(joined("migrate", local.plan.migrations()))
    finally:
        supervisor.stop()


if __name__ == "__main__":
    sys.exit(main())
