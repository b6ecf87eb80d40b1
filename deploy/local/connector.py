"""`make connector NAME=whatsapp`: a broker user for one connector, who may only publish events."""

from __future__ import annotations

import os
import re
import sys

from deploy.local.local_system import LocalSystem
from deploy.local.program import StepFailed
from deploy.local.state import LocalState
from deploy.rabbitmq.rights import CONNECTOR_PREFIX


def main(name: str) -> int:
    """Prints the AMQP URL; asked again for the same name, the same URL."""
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,40}", name):
        print("usage: make connector NAME=whatsapp (lower case letters, digits and hyphens)", file=sys.stderr)
        return 2
    state = LocalState()
    if not state.is_held():
        print("the broker does not run; start it with `make run`", file=sys.stderr)
        return 1
    try:
        print(LocalSystem(state).add_connector(CONNECTOR_PREFIX + name))
    except StepFailed as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(os.environ.get("NAME", "")))
