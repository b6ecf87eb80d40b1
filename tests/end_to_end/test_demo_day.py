"""`make connector-demo` against a running system: what it plays is there, what is asked is answered."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from deploy.demo.company import SOURCES, TEAMS
from deploy.demo.day import day
from deploy.local.state import CHECKOUT
from deploy.local.system import RunningSystem
from tests.support.api import Api, Company, a_mobile
from tests.support.waiting import eventually

Json = dict[str, Any]
EVENTS = 300
UNTIL = datetime(2026, 3, 9, 18, tzinfo=UTC)
KINDS = {"appointments": "appointment", "purchases": "purchase", "conversations": "conversation"}


def player(system: RunningSystem, **settings: str) -> subprocess.Popen[str]:
    there = {
        "CRM_CONNECTOR_AMQP_URL": system.amqp_url_connector,
        "CRM_CONNECTOR_QUEUE": "connector-demo.requests",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "deploy.demo.player"],
        cwd=CHECKOUT,
        env={"PATH": os.environ["PATH"], "UNTIL": UNTIL.isoformat(), **settings, **there},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def play(system: RunningSystem) -> str:
    """What the program prints."""
    with player(system, RATE="max", EVENTS=str(EVENTS)) as running:
        words, errors = running.communicate(timeout=60)
    assert running.returncode == 0, errors
    return words


def told() -> dict[str, set[str]]:
    """The ids of the things that the day has, by the counter of a profile that counts them."""
    events = [event["data"] for event in islice(day(1, UNTIL), EVENTS)]
    return {counter: {data[name]["id"] for data in events if name in data} for counter, name in KINDS.items()}


def counted(agent: Api) -> dict[str, int]:
    ids = [customer["id"] for customer in agent.every("/v1/customers", limit=200)]
    counters = [agent.get(f"/v1/customers/{each}/profile").json()["counters"] for each in ids]
    return {counter: sum(each[counter] for each in counters) for counter in KINDS}


def test_a_day_is_played_and_what_is_asked_meanwhile_is_answered(system: RunningSystem, company: Company):
    teams = [company.admin.created("/v1/teams", {"name": name})["id"] for name in TEAMS]
    agent = company.agent(*teams)
    asker = company.agent(company.team())
    customer = asker.created("/v1/customers", {"name": "Ana Souza", "whatsapp": a_mobile()})
    body = {"channel": "whatsapp", "source": SOURCES["pt"]}
    asked = asker.post(f"/v1/customers/{customer['id']}/conversations", body)
    assert asked.status_code == 202, asked.text

    words = play(system)

    assert f"{EVENTS} events in" in words
    state = eventually(
        lambda: (now := asker.get(asked.headers["Location"]).json()["state"]) != "asked" and now
    )
    assert state in ("started", "refused")
    people = {
        event["data"]["contact"]["name"]
        for event in islice(day(1, UNTIL), EVENTS)
        if event["type"] == "conversation.started.v1"
    }
    expected = told()
    sizes = {counter: len(ids) for counter, ids in expected.items()}
    assert min(sizes.values()) > 0
    eventually(lambda: len(agent.every("/v1/customers", limit=200)) >= len(people))
    eventually(lambda: _all_are_there(agent, sizes), every=1)
    assert {each["name"] for each in agent.every("/v1/customers", limit=200)} == people


def _all_are_there(agent: Api, sizes: dict[str, int]) -> bool:
    found = counted(agent)
    assert all(found[counter] <= sizes[counter] for counter in sizes), (found, sizes)
    return found == sizes


def test_ctrl_c_is_a_good_end_that_says_what_was_done(system: RunningSystem):
    with player(system, RATE="20", SEED="2") as running:
        assert running.stdout is not None
        assert "playing" in running.stdout.readline()
        time.sleep(1)
        running.send_signal(signal.SIGINT)
        words, errors = running.communicate(timeout=30)
    assert (running.returncode, errors) == (0, "")
    published = int(re.findall(r"([\d,]+) events in", words)[0])
    assert 1 < published <= 60
