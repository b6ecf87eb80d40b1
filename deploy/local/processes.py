"""The processes of the product: one line each. Whoever adds a service adds a line."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Process:
    """`account` names its database, its database role and its broker user."""

    name: str
    account: str
    arguments: tuple[str, ...]
    serves_http: bool = False
    touches_files: bool = False  # uploads, and what is made for download


PROCESSES = (
    Process("customers", "customers", ("servicekit", "run", "services.customers.service:CustomersService")),
    Process("customers-worker", "customers", ("servicekit", "work", "services.customers.worker:JOBS")),
    Process("dedup", "dedup", ("servicekit", "run", "services.dedup.service:DedupService")),
    Process("dedup-worker", "dedup", ("servicekit", "work", "services.dedup.worker:JOBS")),
    Process(
        "import_export",
        "import_export",
        ("servicekit", "run", "services.import_export.service:ImportExportService"),
    ),
    Process(
        "import_export-worker",
        "import_export",
        ("servicekit", "work", "services.import_export.worker:JOBS"),
        touches_files=True,
    ),
    Process(
        "reports",
        "reports",
        ("servicekit", "run", "services.reports.service:ReportsService"),
        touches_files=True,
    ),
    Process(
        "reports-worker",
        "reports",
        ("servicekit", "work", "services.reports.worker:JOBS"),
        touches_files=True,
    ),
    Process("tasks", "tasks", ("servicekit", "run", "services.tasks.service:TasksService")),
    Process("gateway-rpc", "gateway", ("servicekit", "run", "gateway.rpc_service:GatewayService")),
    Process("gateway", "gateway", ("gateway", "serve"), serves_http=True, touches_files=True),
)

# Account → the package that holds its migrations and its topology.
PACKAGES = {
    "customers": "services.customers",
    "dedup": "services.dedup",
    "import_export": "services.import_export",
    "reports": "services.reports",
    "tasks": "services.tasks",
    "gateway": "gateway",
}


def parse_replicas(text: str) -> dict[str, int]:
    """`customers=3,gateway=2` → how many of each. Raises ValueError with words for the console."""
    replicas: dict[str, int] = {}
    known = [process.name for process in PROCESSES]
    for part in filter(None, (part.strip() for part in text.split(","))):
        found = re.fullmatch(r"([a-z_-]+)=(\d{1,2})", part)
        if not found or found[1] not in known:
            raise ValueError(
                f"REPLICAS: {part!r} is not one of {', '.join(known)} with a number, as in customers=3"
            )
        replicas[found[1]] = int(found[2])
    return replicas


def replica_names(process: str, count: int) -> list[str]:
    """`customers` if it is alone, else `customers-1`, `customers-2`, …"""
    return [process] if count == 1 else [f"{process}-{number}" for number in range(1, count + 1)]
