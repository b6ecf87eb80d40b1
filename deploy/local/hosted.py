"""A supervisor in a process of its own, for tests and benchmarks: `deploy.local.system` starts it.

The first line of its input says what to run. It writes one line when that is ready, and ends when its
input is closed: however its parent ends, nothing is left behind.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from deploy.local.broker_api import BrokerApi
from deploy.local.instances import Instances
from deploy.local.joined import joined
from deploy.local.plan import SystemPlan
from deploy.local.ports import free_ports, listen
from deploy.local.postgres import PostgresServer
from deploy.local.program import StepFailed
from deploy.local.rabbitmq import RabbitServer
from deploy.local.status import Status, write_status
from deploy.local.supervisor import StopRequested, Supervisor, TookTooLong
from deploy.rabbitmq.definitions import OPERATOR, definitions


def host(spec: dict[str, Any]) -> None:
    """Runs what the spec describes until the parent closes our input."""
    folder = Path(spec["folder"])
    facts: dict[str, str] = {}
    supervisor = Supervisor(
        logs=folder / "logs",
        say=lambda line: print(line, file=sys.stderr, flush=True),
        on_change=lambda it: write_status(folder / "status.json", Status.of(it, facts)),
    )
    supervisor.stop_on_signals()
    with ExitStack() as afterwards:
        if spec["remove_folder"]:
            afterwards.callback(shutil.rmtree, folder, ignore_errors=True)
        try:
            _KINDS[spec["kind"]](spec, supervisor, facts, afterwards)
            _tell({"ready": facts})
            supervisor.pump(_input_closed)
        except StopRequested:
            pass
        except (StepFailed, TookTooLong, OSError) as error:
            _tell({"failed": f"{type(error).__name__}: {error}"})


def _host_instances(
    spec: dict[str, Any], supervisor: Supervisor, facts: dict[str, str], afterwards: ExitStack
) -> None:
    folder, password = Path(spec["folder"]), spec["password"]
    postgres_port, *ports = free_ports(1 + len(RabbitServer.PORTS))
    instances = Instances(
        PostgresServer(
            folder=folder / "postgres", port=postgres_port, password=password, durable=spec["durable"]
        ),
        RabbitServer(
            folder=folder / "rabbitmq",
            ports=dict(zip(RabbitServer.PORTS, ports, strict=True)),
            password=password,
            definitions=definitions("/", {OPERATOR: password}),
            management=True,
        ),
    )
    afterwards.callback(supervisor.stop)
    instances.start(supervisor)
    instances.wait_for_postgres(supervisor)
    instances.wait_for_rabbitmq(supervisor)
    facts |= {
        "TEST_POSTGRES_URL": instances.postgres.url(),
        "TEST_AMQP_URL": instances.rabbitmq.url(),
        "TEST_RABBITMQ_API": instances.rabbitmq.api_url(),
    }


def _host_system(
    spec: dict[str, Any], supervisor: Supervisor, facts: dict[str, str], afterwards: ExitStack
) -> None:
    system, api = SystemPlan(**spec["system"]), BrokerApi(spec["rabbitmq_api"])
    afterwards.callback(api.delete_vhost, system.vhost)
    afterwards.callback(system.drop_databases)
    listening = afterwards.enter_context(listen(0))
    afterwards.callback(supervisor.stop)
    api.load(definitions(system.vhost, system.broker_passwords))
    api.allow_everything(system.vhost, unquote(urlsplit(system.amqp_url).username or ""))
    system.create_databases()
    administrator = system.administrator(spec["email"], spec["password"])
    supervisor.run_steps(joined("set-up", [*system.migrations(), administrator, *system.topology()]))
    system.start(supervisor, listening)
    system.wait_until_ready(supervisor)
    facts["url"] = f"http://127.0.0.1:{listening.getsockname()[1]}"


_KINDS: dict[str, Callable[..., None]] = {"instances": _host_instances, "system": _host_system}


def _tell(message: dict[str, Any]) -> None:
    print(json.dumps(message), flush=True)


def _input_closed() -> bool:
    readable, _, _ = select.select([0], [], [], 0)
    return bool(readable) and os.read(0, 1024) == b""


if __name__ == "__main__":
    host(json.loads(sys.stdin.buffer.readline()))
