"""Loads the made-up company: `python -m deploy.demo`, with CRM_URL, CRM_ADMIN_EMAIL and CRM_ADMIN_PASSWORD.

Everything goes through the HTTP API, the way of any other client. Running it again finds what is there
(teams by name, customers by their numbers, events by their ids) and adds only what is missing.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import httpx

from . import company, dealings, files
from .people import Person, people
from .reports import TEMPLATES

CUSTOMERS = 1960
LOOKALIKES = 40
CONVERSATIONS = 900
WELL_KNOWN = 60  # customers with purchases, appointments, notes and tasks
AT_ONCE = 16
EVENTS_PER_CALL = 200
JSON = "application/json"


class Loader:
    """One logged-in client of the gateway."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def call(
        self, method: str, path: str, body: Any = None, *, fine: Sequence[int] = (), content_type: str = JSON
    ) -> Any:
        """The JSON answer. Raises on anything but success and the statuses named `fine`."""
        answer = await self._client.request(method, path, json=body, headers={"Content-Type": content_type})
        if answer.status_code not in fine:
            answer.raise_for_status()
        return answer.json() if answer.content else None

    async def in_parallel(self, work: Sequence[Callable[[], Coroutine[Any, Any, Any]]]) -> None:
        """All of it, a few at a time."""
        places = asyncio.Semaphore(AT_ONCE)

        async def one(step: Callable[[], Coroutine[Any, Any, Any]]) -> None:
            async with places:
                await step()

        await asyncio.gather(*map(one, work))


async def load_directory(api: Loader, agent_password: str) -> dict[str, str]:
    """Teams and agents; returns the ids of the teams by name."""
    teams = {team["name"]: team["id"] for team in (await api.call("GET", "/v1/teams?limit=200"))["data"]}
    for name in company.TEAMS:
        if name not in teams:
            teams[name] = (await api.call("POST", "/v1/teams", {"name": name}))["id"]
    users = {user["email"]: user["id"] for user in (await api.call("GET", "/v1/users?limit=200"))["data"]}
    for name, member_of in company.AGENTS:
        email = name.split()[0].lower().replace("í", "i") + "@example.com"
        if email not in users:
            body = {"name": name, "email": email, "password": agent_password, "role": "agent"}
            users[email] = (await api.call("POST", "/v1/users", body))["id"]
        for team in member_of:
            await api.call("PUT", f"/v1/teams/{teams[team]}/members/{users[email]}")
    return teams


async def load_fields(api: Loader) -> None:
    """The custom fields."""
    there = {field["key"] for field in (await api.call("GET", "/v1/custom-fields"))["data"]}
    for field in company.FIELDS:
        if field["key"] not in there:
            options = [{"label": label} for label in field.get("options", ())]
            await api.call(
                "POST", "/v1/custom-fields", {**field, "options": options} if options else dict(field)
            )


async def load_customers(api: Loader, everybody: Sequence[Person], teams: dict[str, str]) -> None:
    """Customers, then a few who look like others: possible duplicates. One of them is merged."""
    rng = random.Random(11)
    bodies = [company.customer(person, teams[company.TEAM_OF[person.language]], rng) for person in everybody]
    seen_twice = rng.sample([body for body in bodies if "email" in body], LOOKALIKES)
    bodies += (twins := [company.lookalike(body, rng) for body in seen_twice])
    create = partial(api.call, "POST", "/v1/customers", fine=(409,))
    await api.in_parallel([partial(create, body) for body in bodies])
    await merge(api, seen_twice[0]["email"], twins[0]["email"])


async def merge(api: Loader, *emails: str) -> None:
    """Whoever has one of these is one customer: the first has them all."""
    found = [await api.call("GET", f"/v1/customers?limit=1&q={email}") for email in emails]
    primary, *duplicates = dict.fromkeys(page["data"][0]["id"] for page in found)
    if duplicates:
        plan = {"primary": primary, "duplicates": duplicates}
        preview = await api.call("POST", "/v1/merges/preview", plan)
        await api.call("POST", "/v1/merges", {**plan, "versions": preview["versions"]})


async def load_events(api: Loader, everybody: Sequence[Person]) -> None:
    """Conversations, purchases and appointments as events, through the connectors' HTTP door."""
    rng, now = random.Random(13), company.now()
    talkers = rng.choices(everybody, k=CONVERSATIONS)
    events = [e for n, person in enumerate(talkers) for e in company.conversation(n, person, now, rng)]
    for n, person in enumerate(everybody[:WELL_KNOWN]):
        events += dealings.of_a_customer(n, person, now, rng)
    calls = [events[at : at + EVENTS_PER_CALL] for at in range(0, len(events), EVENTS_PER_CALL)]
    for call in calls:
        await api.call("POST", "/v1/events", call, content_type="application/cloudevents-batch+json")


async def load_work(api: Loader, everybody: Sequence[Person], teams: Mapping[str, str]) -> None:
    """A note and a task for some customers who have none."""
    users = {user["name"]: user["id"] for user in (await api.call("GET", "/v1/users?limit=200"))["data"]}
    responsible = {team: users.get(name) for name, (team, *_) in reversed(company.AGENTS)}

    async def one(number: int, person: Person) -> None:
        found = (await api.call("GET", f"/v1/customers?limit=1&q={person.phone[1:]}"))["data"]
        team = company.TEAM_OF[person.language]
        if not found:
            return
        customer = f"/v1/customers/{found[0]['id']}"
        if not (await api.call("GET", f"{customer}/notes?limit=1"))["data"]:
            note = {"body": company.NOTES[person.language], "team": teams[team], "pinned": number % 3 == 0}
            await api.call("POST", f"{customer}/notes", note)
        if not (await api.call("GET", f"{customer}/tasks?limit=1"))["data"]:
            due = company.now() + timedelta(hours=8 * (number - 2))
            task = {"title": company.TASKS[person.language], "due_at": dealings.stamp(due)}
            await api.call("POST", f"{customer}/tasks", {**task, "responsible": responsible[team]})

    await api.in_parallel([partial(one, *each) for each in enumerate(everybody[:WELL_KNOWN:3])])


async def load_reports(api: Loader) -> None:
    """Templates that everybody is shown."""
    for template in TEMPLATES:
        await api.call("POST", "/v1/reports/configurations", {**template, "shared": "all"}, fine=(409,))


async def load(url: str, email: str, password: str, agent_password: str) -> None:
    """The whole company into a running system."""
    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        answer = await client.post("/v1/sessions", json={"email": email, "password": password})
        answer.raise_for_status()
        client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
        api, everybody = Loader(client), list(people(CUSTOMERS))
        teams = await load_directory(api, agent_password)
        await load_fields(api)
        await load_customers(api, everybody, teams)
        came_in = asyncio.create_task(files.load(client, teams[company.TEAM_OF["pt"]]))
        await load_events(api, everybody)
        await load_work(api, everybody, teams)
        await load_reports(api)
        await came_in


def main() -> None:
    """Reads the environment, loads, says so. Agents get the administrator's password: it is a demo."""
    url, email, password = (os.environ[name] for name in ("CRM_URL", "CRM_ADMIN_EMAIL", "CRM_ADMIN_PASSWORD"))
    asyncio.run(load(url, email, password, password))
    agents, customers = len(company.AGENTS), CUSTOMERS + LOOKALIKES
    print(f"demo company loaded: {len(company.TEAMS)} teams, {agents} agents, {customers} customers")


if __name__ == "__main__":
    main()
