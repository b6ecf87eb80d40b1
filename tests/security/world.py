"""A company whose customers are of every kind: own, shared, of others, of nobody, deleted, absorbed.

`found` makes what everybody's world has, `add_hidden` what nobody of teams 1 and 2 may notice.
"""

from __future__ import annotations

import hashlib
import random
import secrets
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg

from deploy.local.system import RunningSystem
from tests.security import definitions, settled
from tests.security.alike import Alike, a_finished_bulk_merge, a_finished_scan
from tests.security.around import Around
from tests.security.filed import keep_files
from tests.security.known import (
    ADMIN,
    AGENT_OF_3,
    AGENTS,
    CONNECTOR,
    DISABLED,
    EXPIRED,
    PASSWORD,
    SOURCE,
    World,
)
from tests.security.people import BASE, HIDDEN, People
from tests.security.reported import keep_reports
from tests.support.api import Api, log_in
from tests.support.campaign import size
from tests.support.events import conversation_event
from tests.support.waiting import eventually


class Founder:
    """Makes the customers of a world through the API of one system."""

    def __init__(self, system: RunningSystem, admin: Api, world: World, block: int) -> None:
        self.system, self.admin, self.world = system, admin, world
        self.rng = random.Random(f"{world.seed} {block}")
        self.people = People(self.rng, block)
        self.around = Around(system, admin, world, rng=self.rng)
        self.alike = Alike(system, admin, world, rng=self.rng)

    def staff(self) -> World:
        """Teams, callers and fields."""
        self._make_teams()
        self._make_callers()
        definitions.make_fields(self.admin, self.world.options)
        definitions.make_tag(self.admin, self.world.tags)
        definitions.make_saved_filters(self.admin, self.world.teams, self.world.saved_filters)
        settled.wait_for_directory(self.system)
        self.world.bulk = a_finished_bulk(self.admin)
        self.world.scan = a_finished_scan(self.admin)
        self.world.bulk_merge = a_finished_bulk_merge(self.admin)
        keep_files(self.admin, self.world)
        keep_reports(self.admin, self.world)
        return self.world

    def found(self) -> World:
        """Everything that exists in each twin."""
        self.staff()
        one, two, three = (self.world.teams[name] for name in ("1", "2", "3"))
        self.customers("own", size(8, 30), one)
        self.customers("shared", size(3, 10), one, two)
        self.customers("shared with others", size(2, 6), one, three)
        self.customers("of team 2", 2, two)
        self.customers("of others", 3, three)
        self.customers("of nobody", 2)
        self.deleted("deleted", 1, one)
        self.absorbed("absorbed by own", one, into="own")
        self.absorbed("absorbed by own, from others", three, into="own")
        self.absorbed("absorbed by others, from own", one, into="of others")
        self.given_away(one, three)
        self.suspected_and_asked_for()
        self.around.write_as_agent("own", AGENTS[0], one)
        self.around.ask_for_conversation("own")
        self.wait_for_conversations()
        definitions.join_tags(self.admin, self.world.tags, "atrasado", into="lead")
        return self.world

    def add_hidden(self) -> World:
        """Customers that only administrators and team 3 may see, in everything like the visible ones."""
        three = self.world.teams["3"]
        self.customers("hidden", size(4, 12), three, tags=["vip", "segredo", definitions.KEPT_TAG])
        self.customers("hidden, of nobody", size(2, 4))
        self.customers("hidden, deleted", 1, self.world.teams["1"])
        self.deleted("hidden, deleted, of others", 1, three)
        self.absorbed("hidden, absorbed by hidden", three, into="hidden")
        self.absorbed("hidden, absorbed from own", self.world.teams["1"], into="hidden")
        self.absorbed("hidden, absorbed by deleted", self.world.teams["1"], into="hidden, deleted")
        self.delete("hidden, deleted")
        self.suspected_in_secret()
        self.around.write_as_agent("hidden", AGENT_OF_3, three)
        self.around.ask_for_conversation("hidden")
        for kind, team in (("hidden, on own", three), ("hidden, of administrators, on own", None)):
            self.around.write(kind, self.world.customers["own"][0], team, task=False)
        self.shared_in_secret("own", three)
        definitions.learn_tags(self.admin, self.world.tags)
        return self.world

    def shared_in_secret(self, kind: str, team: str) -> None:
        """Half of these customers have a further team, which nobody told their other teams of."""
        ids = self.world.customers[kind][::2]
        with psycopg.connect(self.system.database_url("customers")) as connection:
            for table, key in (("customer", "id"), ("customer_search", "customer_id")):
                connection.execute(
                    f"UPDATE {table} SET team_ids = ARRAY(SELECT unnest(team_ids || %s::uuid) ORDER BY 1)"
                    f" WHERE {key} = ANY(%s)",
                    (team, list(map(UUID, ids))),
                )

    def customers(self, kind: str, count: int, *teams: str, **more: Any) -> None:
        """With a conversation each, and one that was edited since."""
        bodies = [{**self.people.customer(*teams), **more} for _ in range(count)]
        made = [self.customer(kind, body) for body in bodies]
        self.publish([self.conversation(body["phone"], *teams[:1]) for body in bodies])
        self.publish([each for body in bodies for each in self.around.events(body["phone"], *teams[:1])])
        for customer in made:
            self.around.write(kind, customer, *teams[:1])
        edited = self.admin.patch(f"/v1/customers/{made[0]}", {"name": self.people.name()})
        assert edited.status_code == 200, edited.text

    def customer(self, kind: str, body: dict[str, Any]) -> str:
        made = self.admin.created("/v1/customers", body)["id"]
        self.world.phones[made] = body.get("phone", "")
        return self.world.add(kind, made)

    def deleted(self, kind: str, count: int, *teams: str) -> None:
        self.customers(kind, count, *teams)
        self.delete(kind)

    def delete(self, kind: str) -> None:
        self.wait_for_conversations()  # one that came afterwards would make a new customer
        for customer_id in self.world.customers[kind]:
            assert self.admin.delete(f"/v1/customers/{customer_id}").status_code == 204
            self.world.gone.append(customer_id)

    def absorbed(self, kind: str, *teams: str, into: str) -> None:
        """Two records, the second absorbed by the first, which a customer of another kind absorbed."""
        self.customers(kind, 2, *teams)
        self.wait_for_conversations()
        first, second = self.world.customers[kind]
        self.alike.merge(kind, first, second)
        self.alike.merge(kind, self.world.some(into, self.rng), first)

    def suspected_and_asked_for(self) -> None:
        """Pairs that look like one person, a merge that was undone, requests to see customers of others."""
        own, others = self.world.customers["own"], self.world.customers["of others"]
        self.customers("of others, asked for", 3, self.world.teams["3"])
        asked_for = self.world.customers["of others, asked for"]
        self.alike.give_one_line("own", own[2], own[3])
        self.alike.give_one_line("own with others", own[4], others[0])
        self.alike.merge_and_undo("undone", own[1], own[6])
        self.alike.ask_for("of others", AGENTS[0], asked_for[0])
        self.alike.ask_for("declined", AGENTS[0], asked_for[1], "declined")
        self.alike.ask_for("granted", AGENTS[0], asked_for[2], "granted")
        self.alike.token(AGENTS[0], self.world.phones[others[1]])

    def told_of(self) -> None:
        """One of each: a pair, a merge, a request to see somebody."""
        first, second, third, fourth = self.world.customers["own"]
        self.alike.give_one_line("own", first, second)
        self.alike.merge("absorbed by own", third, fourth)
        self.alike.ask_for("of others", AGENTS[0], self.world.customers["of others"][0])

    def suspected_in_secret(self) -> None:
        """The same among the hidden, and between them and visible ones."""
        own, hidden = self.world.customers["own"], self.world.customers["hidden"]
        self.wait_for_conversations()
        self.alike.give_one_line("hidden", hidden[0], hidden[1])
        self.alike.give_one_line("hidden with own", own[5], hidden[2])
        self.alike.ask_for("hidden", AGENT_OF_3, own[1])

    def given_away(self, team: str, other: str) -> None:
        """A customer that its old team sees no more; somebody of it still has something to do about them."""
        self.customers("of others, given away", 1, team, other)
        [customer] = self.world.customers["of others, given away"]
        responsible = self.world.users[AGENTS[0]]
        self.world.tasks["limited"] = [
            self.around.task(self.admin, customer=customer, responsible=responsible)
        ]
        self.wait_for_conversations()  # which bring the team back
        answer = self.admin.patch(f"/v1/customers/{customer}", {"teams": [other]})
        assert answer.status_code == 200, answer.text

    def conversation(self, phone: str, team: str | None = None) -> dict[str, Any]:
        """The start of a conversation, at a time that both twins share."""
        at = self.world.founded - timedelta(minutes=self.rng.randrange(1, 50_000))
        conversation = f"wa-{phone[1:]}"
        self.world.conversations.append(conversation)
        return conversation_event(phone=phone, team=team, conversation=conversation, source=SOURCE, at=at)

    def publish(self, events: list[dict[str, Any]]) -> None:
        answer = self.admin.post("/v1/events", events)
        assert answer.status_code == 202, answer.text

    def _make_teams(self) -> None:
        suffix = secrets.token_hex(3)
        for name in ("1", "2", "3"):
            team = self.admin.created("/v1/teams", {"name": f"Team {name} {suffix}"})
            self.world.teams[name], self.world.team_names[name] = team["id"], team["name"]

    def _make_callers(self) -> None:
        world, one, two, three = self.world, *(self.world.teams[name] for name in ("1", "2", "3"))
        agents = zip(
            (*AGENTS[:3], AGENT_OF_3, EXPIRED, DISABLED),
            ([one], [one, two], [], [three], [one], [one]),
            strict=True,
        )
        for name, teams in agents:
            self.agent(name, *teams)
        self._expire(EXPIRED)
        assert self.admin.patch(f"/v1/users/{world.users[DISABLED]}", {"active": False}).status_code == 200
        world.tokens[ADMIN] = token_of(self.admin)
        world.tokens[AGENTS[3]] = self.key(role="agent", teams=[one])
        world.tokens[CONNECTOR] = self.key(role="connector", source=SOURCE)

    def agent(self, name: str, *teams: str) -> str:
        """Makes a user with a session; returns the token."""
        email = f"{secrets.token_hex(6)}@staff.example"
        body = {"name": name, "email": email, "password": PASSWORD, "role": "agent"}
        user = self.admin.created("/v1/users", body)["id"]
        for team in teams:
            assert self.admin.put(f"/v1/teams/{team}/members/{user}").status_code < 300
        with log_in(self.system.url, email, PASSWORD) as api:
            token = token_of(api)
        self.world.users[name], self.world.tokens[name] = user, token
        return token

    def key(self, **body: Any) -> str:
        """Makes an API key; returns its token."""
        made = self.admin.created("/v1/api-keys", {"name": body["role"], **body})
        self.world.keys.append(made["id"])
        return made["token"]

    def _expire(self, name: str) -> None:
        digest = hashlib.sha256((self.world.tokens[name] or "").encode()).digest()
        with psycopg.connect(self.system.database_url("gateway")) as connection:
            ended = connection.execute(
                "UPDATE session SET expires_at = now() - interval '1 minute' WHERE token_hash = %s", (digest,)
            )
            assert ended.rowcount == 1

    def wait_for_conversations(self) -> None:
        settled.wait_for_world(self.system, self.world)


def a_finished_bulk(admin: Api) -> str:
    """A bulk action that left out the only customer that it was about, who never was."""
    asked = {"action": "set_status", "status": "active", "ids": [str(uuid4())]}
    job = admin.post("/v1/customers/bulk", asked).raise_for_status().json()["id"]
    eventually(lambda: admin.get(f"/v1/customers/bulk/{job}").json()["finished_at"], within=30)
    return job


def token_of(api: Api) -> str:
    return api.http.headers["Authorization"].removeprefix("Bearer ")


def a_world(system: RunningSystem, seed: int) -> World:
    with log_in(system.url, *system.admin) as admin:
        return Founder(system, admin, World(seed), BASE).found()


def a_small_world(system: RunningSystem, seed: int) -> World:
    """With a few customers of the kinds that ordinary requests are about."""
    with log_in(system.url, *system.admin) as admin:
        founder = Founder(system, admin, World(seed), BASE)
        founder.staff()
        founder.customers("own", 4, founder.world.teams["1"])
        founder.customers("of others", 1, founder.world.teams["3"])
        founder.around.ask_for_conversation("own")
        founder.told_of()
        founder.deleted("deleted", 1, founder.world.teams["1"])
        return founder.world


def with_hidden(system: RunningSystem, world: World) -> World:
    with log_in(system.url, *system.admin) as admin:
        return Founder(system, admin, world, HIDDEN).add_hidden()
