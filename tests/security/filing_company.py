"""Customers with their exports and imports: real services and databases, and no bus between them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import orjson

from servicekit.database import Transactions
from servicekit.ids import new_id
from servicekit.storage import Storage
from servicekit.testing.jobs import run_jobs
from services.customers.tests.world import World
from services.import_export.service import ImportExportService
from services.import_export.worker import JOBS

Json = dict[str, Any]


class Company(World):
    """The customers service, and the files of it."""

    def __init__(self, customers: Transactions, files: Transactions, storage: Storage, folder: Path) -> None:
        self.db, self.runs = customers, files
        self._storage, self._folder = storage, folder
        self.begin()

    def begin(self) -> None:
        """In empty databases."""
        super().__init__(self.db)
        self.import_export = ImportExportService()
        self.import_export.db = self.runs  # type: ignore[assignment]
        self.import_export.customers = _Customers(self)  # type: ignore[assignment]
        self.import_export.gateway = self  # type: ignore[assignment]

    def exported(self, format: str, **asked: Any) -> bytes:
        made = self.import_export.create_export(self.admin, {"format": format, **asked})["export"]
        self.work_off()
        made = self.import_export.get_export(self.admin, made["id"])["export"]
        assert made["status"] == "succeeded", made["problem"]
        path = self._folder / "export"
        self._storage.download(self.import_export.export_file(self.admin, made["id"])["file"]["key"], path)
        return path.read_bytes()

    def imported(self, content: bytes, filename: str, **options: Any) -> Json:
        """By the mapping that is suggested, which has to be a complete one."""
        path, key = self._folder / "upload", f"uploads/{new_id()}"
        path.write_bytes(content)
        self._storage.upload(key, path)
        digest = hashlib.sha256(content).hexdigest()
        upload = {"key": key, "filename": filename, "size": len(content), "sha256": digest}
        run = self.import_export.create_import(self.admin, upload)["import"]
        self.work_off()
        self.import_export.check_import(self.admin, run["id"], options)
        self.work_off()
        self.import_export.start_import(self.admin, run["id"])
        self.work_off()
        found: Json = self.import_export.get_import(self.admin, run["id"])["import"]
        return found

    def not_unchanged(self, import_id: str) -> list[Json]:
        rows = self.import_export.list_rows(self.admin, import_id, None, limit=200)["data"]
        return [row for row in rows if row["outcome"] != "unchanged"]

    def work_off(self) -> None:
        run_jobs(self.runs, JOBS, rpc=_Bus(self))


class _Bus:
    """Calls of a worker. What is said is JSON, as on a bus."""

    def __init__(self, company: Company) -> None:
        self._company = company

    def call(
        self, service: str, method: str, *args: Any, deadline: float = 5.0, write: bool = False, **asked: Any
    ) -> Any:
        if service == "gateway":
            return self._company.call(method, *args)
        assert service == "customers", service
        args, asked = orjson.loads(orjson.dumps([args, asked]))
        return orjson.loads(orjson.dumps(getattr(self._company.service, method)(*args, **asked)))


class _Customers:
    """Calls of the import_export service."""

    def __init__(self, company: Company) -> None:
        self._bus = _Bus(company)

    def call(self, method: str, *args: Any, **asked: Any) -> Any:
        return self._bus.call("customers", method, *args, **asked)
