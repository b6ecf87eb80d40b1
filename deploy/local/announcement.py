"""What `make run` tells the person who started it."""

from __future__ import annotations

from deploy.local.local_system import ADMINISTRATOR, LocalSystem
from deploy.local.status import Status


def announce_started(url: str, local: LocalSystem, status: Status | None) -> None:
    """The address, the login, and one call to try."""
    processes = ", ".join(status.processes) if status else ""
    print(
        f"""
  The CRM runs at  {url}          (its API is described at {url}/docs)
  Log in as        {ADMINISTRATOR}
  Password         {local.administrator_password}

  Try it:
    . .local/env
    curl -s $CRM_URL/v1/sessions -H 'Content-Type: application/json' \\
      -d "{{\\"email\\": \\"$CRM_ADMIN_EMAIL\\", \\"password\\": \\"$CRM_ADMIN_PASSWORD\\"}}"

  A connector publishes to the exchange channel.events at $CRM_CONNECTOR_AMQP_URL (in .local/env).
  Processes: {processes}
  Logs: .local/logs/<process>.log     Stop: Ctrl-C, or `make down` elsewhere. The data stays in .local.
""",
        flush=True,
    )


def announce_running(status: Status | None) -> None:
    """For whoever starts it a second time."""
    if status is None or "url" not in status.facts:
        print("It is being started or stopped at this moment.")
        return
    print(
        f"It is running already, at {status.facts['url']} (process {status.supervisor.pid}); "
        f"log in as {status.facts['email']} with the password in .local/env. `make down` stops it."
    )
