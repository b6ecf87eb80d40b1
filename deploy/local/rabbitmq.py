"""A private RabbitMQ: its own data, ports, port mapper and cookie, on the loopback interface only."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from deploy.local.program import Program, StepFailed, answers_ok
from deploy.rabbitmq.definitions import OPERATOR

DEPLOY = Path(__file__).resolve().parents[1]
TOOLS = Path("/usr/lib/rabbitmq/bin")
PROTOCOL_HEADER = b"AMQP\x00\x00\x09\x01"
_NODE = "crm@localhost"
_ON_LOOPBACK = "-kernel inet_dist_use_interface {127,0,0,1}"


@dataclass(frozen=True, kw_only=True)
class RabbitServer:
    """Where a broker keeps its data and how to reach it as its operator. `ports` needs PORTS."""

    folder: Path
    ports: Mapping[str, int]
    password: str
    definitions: Mapping[str, Any] = field(repr=False)
    management: bool = False

    PORTS = ("amqp", "distribution", "epmd", "management")

    def url(self, *, user: str = OPERATOR, password: str | None = None, vhost: str | None = None) -> str:
        """How a client connects; without a vhost, something to append `/<vhost>` to."""
        server = (
            f"amqp://{quote(user)}:{quote(password or self.password, safe='')}@127.0.0.1:{self.ports['amqp']}"
        )
        return server if vhost is None else f"{server}/{quote(vhost, safe='')}"

    def api_url(self) -> str:
        """The management API with the operator's login."""
        return f"http://{OPERATOR}:{quote(self.password, safe='')}@127.0.0.1:{self.ports['management']}"

    def port_mapper(self) -> Program:
        """Erlang's port mapper. Run by us, as the broker would leave its own running for ever."""
        port = self.ports["epmd"]
        return Program(
            name="epmd",
            command=("epmd", "-port", str(port), "-address", "127.0.0.1"),
            environment=_BASE,
            is_ready=lambda: _accepts(port),
        )

    def program(self) -> Program:
        """Writes the configuration and says how to run the broker. The port mapper must run already."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._write("rabbitmq.conf", self._configuration())
        self._write("enabled_plugins", "[rabbitmq_management].\n" if self.management else "[].\n")
        self._write("definitions.json", json.dumps(self.definitions, indent=1))
        return Program(
            name="rabbitmq",
            # With input allowed the script becomes the broker instead of staying its parent.
            command=(str(TOOLS / "rabbitmq-server"), "-noinput"),
            environment={**self.environment(), "RABBITMQ_ALLOW_INPUT": "1"},
            directory=self.folder,
            stage=1,
            stop_seconds=40,
            is_ready=self.is_ready,
        )

    def is_ready(self) -> bool:
        """Whether it speaks AMQP; it starts to listen when its definitions are loaded."""
        if self.management and not answers_ok(f"http://127.0.0.1:{self.ports['management']}/"):
            return False
        return _greets(self.ports["amqp"])

    def environment(self) -> dict[str, str]:
        """For the broker and for rabbitmqctl: nothing of a broker that the distribution runs is touched."""
        here, nowhere = str(self.folder), "/dev/null"
        schedulers = min(os.cpu_count() or 1, 4)
        return {
            **_BASE,
            "HOME": here,
            "ERL_EPMD_PORT": str(self.ports["epmd"]),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": _NODE,
            "RABBITMQ_NODE_PORT": str(self.ports["amqp"]),
            "RABBITMQ_DIST_PORT": str(self.ports["distribution"]),
            "RABBITMQ_CONF_ENV_FILE": nowhere,
            "RABBITMQ_CONFIG_FILE": f"{here}/rabbitmq.conf",
            "RABBITMQ_CONFIG_FILES": f"{here}/no-more-configuration",
            "RABBITMQ_ADVANCED_CONFIG_FILE": f"{here}/no-more-configuration.config",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{here}/enabled_plugins",
            "RABBITMQ_MNESIA_BASE": f"{here}/data",
            "RABBITMQ_LOG_BASE": f"{here}/log",
            "RABBITMQ_LOG": "-color",
            "RABBITMQ_PID_FILE": f"{here}/pid",
            # Few schedulers that do not spin: the machine belongs to the services.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
                f"+S {schedulers}:{schedulers} +sbwt none +sbwtdcpu none +sbwtdio none {_ON_LOOPBACK}"
            ),
            "RABBITMQ_CTL_ERL_ARGS": _ON_LOOPBACK,
        }

    def control(self, *arguments: str) -> str:
        """Runs rabbitmqctl on this broker."""
        done = subprocess.run(
            [TOOLS / "rabbitmqctl", "--quiet", *arguments],
            env=self.environment(),
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise StepFailed("rabbitmqctl", "failed", (done.stderr or done.stdout).splitlines())
        return done.stdout

    def _configuration(self) -> str:
        lines = [
            (DEPLOY / "rabbitmq" / "rabbitmq.conf").read_text(),
            f"listeners.tcp.local = 127.0.0.1:{self.ports['amqp']}",
            f"load_definitions = {self.folder}/definitions.json",
        ]
        if self.management:
            lines += ["management.tcp.ip = 127.0.0.1", f"management.tcp.port = {self.ports['management']}"]
        return "\n".join(lines) + "\n"

    def _write(self, name: str, text: str) -> None:
        with open(os.open(self.folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)


_BASE = {"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LANG": "C.UTF-8"}


def is_installed() -> bool:
    """Whether the distribution's RabbitMQ is on this machine."""
    return (TOOLS / "rabbitmq-server").exists()


def _accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _greets(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(PROTOCOL_HEADER)
            return connection.recv(1) == b"\x01"
    except OSError:
        return False
