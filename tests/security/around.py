"""What there is around customers: notes, tasks, comments, appointments, purchases."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

from deploy.local.system import RunningSystem
from tests.security.known import SOURCE, World
from tests.security.settled import wait_for_world
from tests.support.api import Api
from tests.support.events import identity_event
from tests.support.waiting import eventually

Json = dict[str, Any]


class Around:
    """Makes them, and notes their ids down by the kind of their customer."""

    def __init__(self, system: RunningSystem, admin: Api, world: World, *, rng: random.Random) -> None:
        self.system, self.admin, self.world, self.rng = system, admin, world, rng

    def write(self, kind: str, customer: str, team: str | None = None, *, task: bool = True) -> None:
        """An administrator's: without a team it is theirs alone. The task has a comment."""
        self._keep(self.world.notes, kind, self.note(self.admin, customer, team))
        if task:
            made = self.task(self.admin, customer=customer)
            self._keep(self.world.tasks, kind, made)
            comment = {"body": f"Comment {self.rng.getrandbits(40):x}"}
            self.world.comments[made] = self.admin.created(f"/v1/tasks/{made}/comments", comment)["id"]

    def write_as_agent(self, kind: str, author: str, team: str) -> None:
        """A note on a customer, and a task about nobody."""
        with Api(self.system.url, self.world.tokens[author]) as api:
            note, task = self.note(api, self.world.customers[kind][0], team), self.task(api)
        self._keep(self.world.notes, f"{kind}, of {author}", note)
        self._keep(self.world.tasks, f"{kind}, of {author}", task)

    def ask_for_conversation(self, kind: str) -> None:
        """Of the first customer of this kind who is not blocked. No connector is there to take it."""
        path = "/v1/customers/{}/conversations"
        asked = (self.admin.post(path.format(each), {"channel": "whatsapp"}) for each in self._settled(kind))
        request = next(answer for answer in asked if answer.status_code == 202).json()["id"]
        address = f"/v1/conversation-requests/{request}"
        eventually(lambda: self.admin.get(address).json()["state"] == "no_connector", within=30)
        self._keep(self.world.requests, kind, request)

    def _settled(self, kind: str) -> list[str]:
        wait_for_world(self.system, self.world)  # the account is that of their conversation
        return self.world.customers[kind]

    def note(self, api: Api, customer: str, team: str | None) -> str:
        body: Json = {"body": f"Note {self.rng.getrandbits(40):x}", "pinned": self.rng.random() < 0.5}
        made = api.created(f"/v1/customers/{customer}/notes", body | ({"team": team} if team else {}))
        return str(made["id"])

    def task(self, api: Api, **more: Any) -> str:
        """Due days before or after the founding, or never."""
        body: Json = {"title": f"Task {self.rng.getrandbits(40):x}", "description": "As agreed", **more}
        if self.rng.random() < 0.8:
            due = self.world.founded + timedelta(days=self.rng.choice((-9, -2, 3, 30)))
            body["due_at"] = due.isoformat()
        return str(api.created("/v1/tasks", body)["id"])

    def events(self, phone: str, team: str | None = None) -> list[Json]:
        """An appointment and a purchase, at times that both twins share."""
        minutes, about = self.rng.randrange(1, 50_000), {"team": team} if team else {}
        starts_at, at = (self.world.founded + timedelta(minutes=each) for each in (minutes, -minutes))
        appointment = {"id": f"ap-{phone[1:]}", "starts_at": starts_at.isoformat(), "title": "Visit", **about}
        amount = {"amount": f"{minutes}.50", "currency": self.rng.choice(("BRL", "EUR"))}
        purchase = {"id": f"pu-{phone[1:]}", "at": at.isoformat(), **amount, **about}
        self.world.conversations += [appointment["id"], purchase["id"]]
        return [
            identity_event("appointment.scheduled.v1", phone=phone, source=SOURCE, appointment=appointment),
            identity_event("purchase.recorded.v1", phone=phone, source=SOURCE, purchase=purchase),
        ]

    def _keep(self, known: dict[str, list[str]], kind: str, made: str) -> None:
        known.setdefault(kind, []).append(made)
