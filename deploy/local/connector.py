"""`make connector NAME=whatsapp SOURCE=/channels/whatsapp/acme-main`: a broker user for one connector.

It may publish events and, if accounts are named, read what people here ask of them. SOURCE may hold several,
separated by spaces; without it the connector only publishes.
"""

from __future__ import annotations

import os
import re
import sys

from deploy.local.local_system import LocalSystem
from deploy.local.program import StepFailed
from deploy.local.state import LocalState
from deploy.local.supervisor import StopRequested, Supervisor, TookTooLong
from deploy.rabbitmq.connector import topology_of
from deploy.rabbitmq.rights import CONNECTOR_PREFIX, request_queue


def main(name: str, sources: tuple[str, ...]) -> int:
    """Prints the AMQP URL and the queue of requests; asked again for the same name, the same."""
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,40}", name):
        print("usage: make connector NAME=whatsapp (lower case letters, digits and hyphens)", file=sys.stderr)
        return 2
    try:
        topology_of(CONNECTOR_PREFIX + name, sources)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    state = LocalState()
    if not state.is_held():
        print("the broker does not run; start it with `make run`", file=sys.stderr)
        return 1
    try:
        _make(LocalSystem(state), state, CONNECTOR_PREFIX + name, sources)
    except (StepFailed, StopRequested, TookTooLong) as error:
        print(error or "interrupted", file=sys.stderr)
        return 1
    return 0


def _make(local: LocalSystem, state: LocalState, user: str, sources: tuple[str, ...]) -> None:
    url = local.add_connector(user)
    if sources:
        supervisor = Supervisor(logs=state.logs, say=print, on_change=lambda _: None)
        supervisor.stop_on_signals()
        supervisor.run_steps(local.plan.requests_of(user, sources))
    print(url)
    if sources:
        print(f"requests to {', '.join(sources)} wait in the queue {request_queue(user)}")


if __name__ == "__main__":
    sys.exit(main(os.environ.get("NAME", ""), tuple(os.environ.get("SOURCE", "").split())))
