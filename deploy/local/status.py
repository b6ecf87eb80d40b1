"""What runs at present, written down for other commands and for the next start."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

from deploy.local.process_identity import ProcessIdentity, end_all
from deploy.local.supervisor import Supervisor


@dataclass(frozen=True)
class ProcessStatus:
    """One process under the supervisor."""

    pid: int
    began: str
    stage: int
    restarts: int
    health_port: int | None

    @property
    def identity(self) -> ProcessIdentity:
        return ProcessIdentity(self.pid, self.began)


@dataclass(frozen=True)
class Status:
    """The supervisor, its processes, and what else its starter wants to be known, such as an address."""

    supervisor: ProcessIdentity
    processes: dict[str, ProcessStatus] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, supervisor: Supervisor, facts: dict[str, str]) -> Status:
        me = ProcessIdentity.of(os.getpid())
        assert me is not None
        processes = {
            name: ProcessStatus(
                run.identity.pid, run.identity.began, run.program.stage, run.restarts.total, run.health_port
            )
            for name, run in supervisor.runs.items()
            if run.identity is not None and run.exit_status() is None
        }
        return cls(me, processes, facts)


def write_status(path: Path, status: Status) -> None:
    """Replaces the file as a whole: readers see the old one or the new one. It holds no secret."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(asdict(status), indent=1))
    fresh.replace(path)


def read_status(path: Path) -> Status | None:
    """None if nothing was ever started there, or everything was stopped in order."""
    try:
        data = json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return None
    return Status(
        supervisor=ProcessIdentity(**data["supervisor"]),
        processes={name: ProcessStatus(**process) for name, process in data["processes"].items()},
        facts=data["facts"],
    )


def end_what_was_left(path: Path) -> list[str]:
    """Ends the processes of a supervisor that was killed, the last stage first; returns their names."""
    status = read_status(path)
    if status is None or status.supervisor.is_alive:
        return []
    alive = {name: process for name, process in status.processes.items() if process.identity.is_alive}
    for stage in sorted({process.stage for process in alive.values()}, reverse=True):
        end_all([process.identity for process in alive.values() if process.stage == stage], seconds=20)
    path.unlink()
    return sorted(alive)
