"""A small company that imports: files, the service's methods without a bus, and its work in this thread."""

from __future__ import annotations

import csv
import hashlib
import io
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import text

from directory.testing import Staff
from servicekit import jobs
from servicekit.database import Transactions
from servicekit.ids import new_id
from servicekit.storage import Storage
from servicekit.testing.inspecting import Inspecting
from servicekit.testing.jobs import run_jobs
from services.import_export.mapping.domain.suggestion import suggest
from services.import_export.runs import repository, sheets
from services.import_export.service import ImportExportService
from services.import_export.tests.runs.people import People
from services.import_export.worker import JOBS

Json = dict[str, Any]


PLAIN: Json = {
    "format": "csv",
    "encoding": "utf-8",
    "separator": ",",
    "quote": '"',
    "header_row": 1,
    "sheet": None,
    "repair_encoding": False,
}


class World(Staff, Inspecting):
    """The service, and what surrounds it."""

    def __init__(self, database: Transactions, people: People, storage: Storage, folder: Path) -> None:
        self.db = database
        self.people = people
        self.storage = storage
        self._folder = folder
        self.service = ImportExportService()
        self.service.db = database  # type: ignore[assignment]
        self.service.gateway = self  # type: ignore[assignment]
        self.service.customers = people  # type: ignore[assignment]
        self.teams, self.users, self.revision = {}, {}, 0
        self.admin = self.an_administrator("root")

    def _publish(self) -> None:
        """This service keeps no copy of the directory."""

    def upload(self, content: str | bytes, filename: str = "people.csv") -> Json:
        """As the gateway has put it into storage."""
        content = content.encode() if isinstance(content, str) else content
        path, key = self._folder / "upload", f"uploads/{new_id()}"
        path.write_bytes(content)
        self.storage.upload(key, path)
        digest = hashlib.sha256(content).hexdigest()
        return {"key": key, "filename": filename, "size": len(content), "sha256": digest}

    def read(self, content: str | bytes, *, scope: Json | None = None, filename: str = "people.csv") -> str:
        """The id of an import of this file, which has been looked at."""
        reply = self.service.create_import(scope or self.admin, self.upload(content, filename))
        self.work_off()
        return str(reply["import"]["id"])

    def ready(self, content: str | bytes, *, scope: Json | None = None) -> str:
        """The same of a plain CSV file, without a process that looks at it."""
        scope = scope or self.admin
        import_id = str(self.service.create_import(scope, self.upload(content))["import"]["id"])
        text = content if isinstance(content, str) else content.decode()
        table = list(csv.reader(io.StringIO(text)))
        columns = [
            {
                "index": at,
                "header": header,
                "letter": chr(65 + at),
                "samples": [row[at] for row in table[1:4] if row],
            }
            for at, header in enumerate(table[0])
        ]
        facts = self.people.call("import_facts", scope)
        with self.db.unit_of_work() as uow:
            jobs.request_cancel(uow, repository.get(uow.connection, UUID(import_id)).job_id)
            repository.save(
                uow,
                UUID(import_id),
                phase="mapping",
                detected={**PLAIN, "columns": columns, "rows": len(table) - 1},
                suggested=suggest(columns, facts),
            )
        return import_id

    def checked(
        self, content: str | bytes, *, scope: Json | None = None, mapping: Json | None = None, **options: Any
    ) -> Json:
        import_id = self.ready(content, scope=scope)
        if mapping:
            columns = [{"column": header, "to": target} for header, target in mapping.items()]
            self.service.set_mapping(scope or self.admin, import_id, {"columns": columns})
        self.service.check_import(scope or self.admin, import_id, options)
        self.work_off()
        return self.get(import_id)

    def imported(self, content: str | bytes, *, scope: Json | None = None, **options: Any) -> Json:
        """From the upload to the end."""
        checked = self.checked(content, scope=scope, **options)
        assert checked["phase"] == "checked", checked
        self.service.start_import(scope or self.admin, checked["id"])
        self.work_off()
        return self.get(checked["id"])

    def get(self, import_id: str) -> Json:
        found: Json = self.service.get_import(self.admin, import_id)["import"]
        return found

    def results(self, import_id: str, result: str | None = None) -> list[Json]:
        found: list[Json] = self.service.list_rows(self.admin, import_id, result, limit=200)["data"]
        return found

    def decisions(self, import_id: str) -> list[Json]:
        """As they are in the database."""
        with self.db.reading() as connection:
            statement = text("SELECT * FROM import_decision WHERE import_id = :id ORDER BY n")
            return [dict(row._mapping) for row in connection.execute(statement, {"id": import_id})]

    def staged(self, import_id: str) -> list[int]:
        """The rows that were read so far."""
        with self.db.reading() as connection:
            statement = text("SELECT n FROM import_row WHERE import_id = :id ORDER BY n")
            return list(connection.execute(statement, {"id": import_id}).scalars())

    def make_jobs_due(self) -> None:
        """What was put off is not waited for."""
        with self.db.unit_of_work() as uow:
            uow.connection.execute(text("UPDATE job SET run_after = now() WHERE finished_at IS NULL"))

    def stored(self, key: str) -> bytes:
        """A file in storage."""
        path = self._folder / "stored"
        self.storage.download(key, path)
        return path.read_bytes()

    def start(self, import_id: str) -> None:
        self.service.start_import(self.admin, import_id)

    def work_off(self) -> int:
        """All jobs that wait, in the test's own thread."""
        return run_jobs(self.db, JOBS, rpc=Around(self))

    def days_pass(self, days: int) -> None:
        """For all imports."""
        for column in ("created_at", "started_at", "finished_at"):
            self.run(f"UPDATE import_run SET {column} = {column} - make_interval(days => :days)", days=days)

    def run_of(self, kind: str) -> jobs.Run:
        """The one job of this kind, for who does its steps by hand."""
        with self.db.reading() as connection:
            statement = text("SELECT id FROM job WHERE kind = :kind")
            found = jobs.find(connection, connection.execute(statement, {"kind": kind}).scalar_one())
        assert found is not None
        return jobs.Run(found, self.db, Around(self))  # type: ignore[arg-type]

    def another_process(self) -> None:
        """Whoever goes on has nothing open."""
        sheets.close_all()


class Around:
    """The other services as a worker process calls them."""

    def __init__(self, world: World) -> None:
        self._services: Json = {"customers": world.people, "tasks": world.people, "gateway": world}

    def call(self, service: str, method: str, *args: Any, **asked: Any) -> Any:
        return self._services[service].call(method, *args, **asked)


class Died(Exception):
    """The worker ended in the middle of something."""


def nonzero(counts: dict[str, int]) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count}
