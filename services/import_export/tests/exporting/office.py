"""A small company that exports: the service's methods without a bus, and its work in this thread."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from directory.testing import Staff
from servicekit.database import Transactions
from servicekit.errors import Forbidden
from servicekit.ids import new_id
from servicekit.storage import Storage
from servicekit.testing.inspecting import Inspecting
from servicekit.testing.jobs import run_jobs
from services.import_export.service import ImportExportService
from services.import_export.worker import JOBS

Json = dict[str, Any]
COLUMNS = [
    {"key": "id", "label": "ID", "type": "text"},
    {"key": "name", "label": "Name", "type": "text"},
    {"key": "tags", "label": "Tags", "type": "list"},
    {"key": "custom.fone", "label": "Telefone", "type": "text"},
    {"key": "created_at", "label": "Created at", "type": "datetime"},
]


class Customers:
    """The customers service as exports meet it. Its answers have the form of contracts/customers/rpc."""

    def __init__(self) -> None:
        self.rows = [[str(new_id()), f"Maria {n}", ["vip"], None, "2024-05-01T12:00:00Z"] for n in range(5)]
        self.may_export = True
        self.masked = False
        self.exactly = True
        self.pages = 0
        self.meanwhile: dict[int, Callable[[], object]] = {}  # what happens before a page is read

    def call(self, method: str, *args: Any, deadline: float) -> Any:
        return getattr(self, f"_{method}")(*args)

    def _open_export(self, scope: Json, selection: Json, columns: Any, time_zone: str | None) -> Json:
        self._may(scope)
        self.opened = {"selection": selection, "columns": columns, "time_zone": time_zone}
        return {
            "selection": selection,
            "sort": {"descending": True} if selection.get("sort") else None,
            "columns": COLUMNS,
            "total": {"value": len(self.rows), "relation": "eq" if self.exactly else "gte"},
            "upto": str(new_id()),
            "as_of": "2026-11-21T19:10:49Z",
            "time_zone": time_zone or "UTC",
            "company_time_zone": "America/Sao_Paulo",
            "masked": self._is_masked(scope),
        }

    def _export_page(
        self,
        scope: Json,
        selection: Json,
        columns: Any,
        upto: Any,
        as_of: str,
        time_zone: str,
        after: Any,
        limit: int,
    ) -> Json:
        assert columns == [column["key"] for column in COLUMNS]
        self.pages += 1
        self.meanwhile.pop(self.pages, lambda: None)()
        self._may(scope)
        begin = int(after or 0)
        end = begin + limit
        following = str(end) if end < len(self.rows) else None
        rows = self.rows[begin:end]
        keys = [[row[1], row[0]] for row in rows] if selection.get("sort") else None
        return {"rows": rows, "keys": keys, "next": following, "masked": self._is_masked(scope)}

    def _import_rights(self, scope: Json) -> Json:
        return {"may_export": self._allowed(scope), "masked": self._is_masked(scope)}

    def _is_masked(self, scope: Json) -> bool:
        return self.masked and scope["role"] != "admin"

    def _allowed(self, scope: Json) -> bool:
        return self.may_export or scope["role"] == "admin"

    def _may(self, scope: Json) -> None:
        if not self._allowed(scope):
            raise Forbidden("exports_forbidden")


class Office(Staff, Inspecting):
    """The service, and what surrounds it."""

    def __init__(self, database: Transactions, storage: Storage, folder: Path) -> None:
        self.db, self.storage, self._folder = database, storage, folder
        self.customers = Customers()
        self.service = ImportExportService()
        self.service.db = database  # type: ignore[assignment]
        self.service.customers = self.customers  # type: ignore[assignment]
        self.teams, self.users, self.revision = {}, {}, 0
        self.admin = self.an_administrator("root")

    def _publish(self) -> None:
        """This service keeps no copy of the directory."""

    def ask(self, scope: Json | None = None, *, format: str = "csv", **data: Any) -> Json:
        asked = {"format": format, **data}
        made: Json = self.service.create_export(scope or self.admin, asked)["export"]
        return made

    def exported(self, scope: Json | None = None, **data: Any) -> Json:
        """From asking to the end."""
        made = self.ask(scope, **data)
        self.work_off()
        return self.get(made["id"])

    def get(self, export_id: str) -> Json:
        found: Json = self.service.get_export(self.admin, export_id)["export"]
        return found

    def file(self, export_id: str, scope: Json | None = None) -> Json:
        found: Json = self.service.export_file(scope or self.admin, export_id)["file"]
        return found

    def content(self, export_id: str) -> bytes:
        path = self._folder / "downloaded"
        self.storage.download(self.file(export_id)["key"], path)
        return path.read_bytes()

    def work_off(self) -> int:
        return run_jobs(self.db, JOBS, rpc=Around(self))


class Around:
    """The other services as a worker process calls them."""

    def __init__(self, office: Office) -> None:
        self._services: Json = {"customers": office.customers, "gateway": office}

    def call(self, service: str, method: str, *args: Any, deadline: float) -> Any:
        return self._services[service].call(method, *args, deadline=deadline)
