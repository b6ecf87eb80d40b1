"""`make rebuild-index`: the index of possible duplicates of `make run`, made anew from all customers."""

from __future__ import annotations

import os
import sys

from deploy.local.local_system import LocalSystem
from deploy.local.plan import environment_of_processes
from deploy.local.state import LocalState

COMMAND = "services.dedup.rebuild"


def main() -> int:
    """Becomes the command of the service, which shows how far its worker has come."""
    state = LocalState()
    if not state.is_held():
        print("nothing runs here; start it with `make run`", file=sys.stderr)
        return 1
    url = LocalSystem(state).plan.database_url("dedup")
    environment = {**environment_of_processes(), "DATABASE_URL": url}
    os.execve(sys.executable, [sys.executable, "-m", COMMAND], environment)


if __name__ == "__main__":
    sys.exit(main())
