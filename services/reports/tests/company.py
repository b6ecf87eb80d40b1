"""A small company that makes reports: the service's methods without a bus, and its work in this thread."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from directory.testing import Staff
from servicekit.database import Transactions
from servicekit.events.cloudevent import Event
from servicekit.ids import new_id
from servicekit.storage import Storage
from servicekit.testing.inspecting import Inspecting
from servicekit.testing.jobs import run_jobs
from services.reports.computing.pool import Pool
from services.reports.following.subscribers import RememberFormerLabels
from services.reports.service import ReportsService
from services.reports.tests.customers import Customers
from services.reports.worker import JOBS

Json = dict[str, Any]
BY_PLAN: Json = {"groupings": [{"field": "custom.plan"}]}


class Company(Staff, Inspecting):
    """The service, and what surrounds it."""

    def __init__(self, database: Transactions, storage: Storage, pool: Pool, folder: Path) -> None:
        self.db = database
        self.storage = storage
        self._folder = folder
        self.customers = Customers()
        self.service = ReportsService()
        self.service.db = database  # type: ignore[assignment]
        self.service.customers = self.customers  # type: ignore[assignment]
        self.service.computing = pool  # type: ignore[assignment]
        self.teams, self.users, self.revision = {}, {}, 0
        self.admin = self.an_administrator("root")

    def _publish(self) -> None:
        """This service keeps no copy of the directory."""

    def keep(
        self, name: str, configuration: Json = BY_PLAN, *, scope: Json | None = None, **more: Any
    ) -> Json:
        """A template."""
        data = {"name": name, "configuration": configuration, **more}
        made: Json = self.service.create_configuration(scope or self.admin, data)["configuration"]
        return made

    def get(self, template: Json, *, scope: Json | None = None) -> Json:
        found = self.service.get_configuration(scope or self.admin, template["id"])
        return dict(found["configuration"])

    def names(self, scope: Json) -> list[str]:
        """Of the templates that somebody is shown."""
        return [each["name"] for each in self.service.list_configurations(scope)["data"]]

    def preview(self, configuration: Json = BY_PLAN, *, scope: Json | None = None, **more: Any) -> Json:
        """The table of what stands in a form."""
        source = more.pop("source", {})
        answer: Json = self.service.preview(scope or self.admin, source, configuration, **more)
        return answer

    def made(self, *, scope: Json | None = None, **data: Any) -> Json:
        """A run, from asking to its end."""
        asked = self.service.create_run(scope or self.admin, data)
        self.work_off()
        found: Json = self.service.get_run(scope or self.admin, asked["run"]["id"])["run"]
        return found

    def upload(
        self, content: str | bytes, filename: str = "people.json", *, scope: Json | None = None
    ) -> str:
        """The id of an upload that has been read."""
        asked = self.service.create_upload(scope or self.admin, self.put(content, filename))
        self.work_off()
        return str(asked["upload"]["id"])

    def put(self, content: str | bytes, filename: str = "people.json") -> Json:
        """As the gateway has put it into storage."""
        raw = content.encode() if isinstance(content, str) else content
        path, key = self._folder / "upload", f"report_uploads/{new_id()}"
        path.write_bytes(raw)
        self.storage.upload(key, path)
        digest = hashlib.sha256(raw).hexdigest()
        return {"key": key, "filename": filename, "size": len(raw), "sha256": digest}

    def stored(self, file: Json) -> bytes:
        """What is in a file that the service names."""
        path = self._folder / "stored"
        self.storage.download(file["key"], path)
        return path.read_bytes()

    def work_off(self) -> int:
        """All jobs that wait, in the test's own thread."""
        return run_jobs(self.db, JOBS, rpc=Around(self))

    def hear(self, *events: Event) -> None:
        """As the subscriber does, in one transaction."""
        with self.db.unit_of_work() as uow:
            RememberFormerLabels(None).apply(uow, list(events), None)

    def rename_option(
        self, before: str, after: str, *, revision: int = 2, joined_to: str | None = None
    ) -> Event:
        """What customers tell when somebody has renamed it."""
        option = self.customers.option(before)
        if joined_to:
            del self.customers.options[option]
        else:
            self.customers.options[option] = after
        return Event(
            "custom_field.option_renamed.v1",
            {
                "field": "plan",
                "option": option,
                "previous_label": before,
                "label": after,
                "joined_to": joined_to,
            },
            subject=option,
            revision=revision,
        )

    def rename_tag(self, before: str, after: str, *, revision: int = 2) -> Event:
        """What customers tell when somebody has renamed it, for all who have it."""
        tag = self.customers.tag(before)
        self.customers.rename_tag(before, after)
        return tag_renamed(before, after, tag=tag, revision=revision)


class Around:
    """The other services as a worker process calls them."""

    def __init__(self, company: Company) -> None:
        self._services: Json = {"customers": company.customers, "gateway": company}

    def call(self, service: str, method: str, *args: Any, **asked: Any) -> Any:
        return self._services[service].call(method, *args, **asked)


def tag_renamed(
    before: str, after: str, *, tag: str = "", revision: int = 2, joined: str | None = None
) -> Event:
    """What customers tell when somebody has renamed a tag."""
    data = {"id": tag or str(new_id()), "previous_name": before, "name": after, "joined_to": joined}
    return Event("tag.renamed.v1", data, subject=data["id"], revision=revision)


def table(answer: Json) -> dict[tuple[Any, ...], Any]:
    """By the values of each row its total."""
    return {tuple(row["values"]): row["total"] for row in answer["rows"]}


def codes(errors: Iterable[Json]) -> list[tuple[str, str]]:
    return [(each["pointer"], each["code"]) for each in errors]
