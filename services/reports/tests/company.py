"""A small company that makes reports: the service's methods without a bus, and its work in this thread."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from directory.testing import Staff
from servicekit.database import Transactions
from servicekit.events.cloudevent import Event
from servicekit.ids import new_id
from servicekit.storage import Storage
from servicekit.testing.inspecting import Inspecting
from services.reports.following.subscribers import RememberFormerLabels
from services.reports.service import ReportsService
from services.reports.tests.customers import Customers

Json = dict[str, Any]
BY_PLAN: Json = {"groupings": [{"field": "custom.plan"}]}


class Company(Staff, Inspecting):
    """The service, and what surrounds it."""

    def __init__(self, database: Transactions, storage: Storage, folder: Path) -> None:
        self.db = database
        self.storage = storage
        self._folder = folder
        self.customers = Customers()
        self.service = ReportsService()
        self.service.db = database  # type: ignore[assignment]
        self.service.customers = self.customers  # type: ignore[assignment]
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


def tag_renamed(
    before: str, after: str, *, tag: str = "", revision: int = 2, joined: str | None = None
) -> Event:
    """What customers tell when somebody has renamed a tag."""
    data = {"id": tag or str(new_id()), "previous_name": before, "name": after, "joined_to": joined}
    return Event("tag.renamed.v1", data, subject=data["id"], revision=revision)


def codes(errors: Iterable[Json]) -> list[tuple[str, str]]:
    return [(each["pointer"], each["code"]) for each in errors]
