"""The programs in docs/connectors.md work as they are pasted, against a system that runs."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.demo.company import SOURCES
from deploy.local.state import CHECKOUT
from deploy.local.system import RunningSystem
from tests.support.api import Api, Company, a_mobile
from tests.support.events import conversation_event
from tests.support.waiting import eventually

DOCUMENT = CHECKOUT / "docs" / "connectors.md"
NODE_PACKAGES = CHECKOUT / "tests" / "node"
NPM_SECONDS = 20
SOURCE = "/channels/whatsapp/pasted"
EVENTS = 600  # more than one batch


def program(name: str) -> str:
    """The text of the one fenced block that carries this name."""
    pattern = rf"<!-- example: {re.escape(name)} -->\n```\w+\n(.*?)```"
    [found] = re.findall(pattern, DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    return str(found)


def run(name: str, folder: Path, environment: dict[str, str], lines: str = "") -> str:
    """What the pasted program prints. It has nothing of ours to lean on: no path, no settings."""
    (folder / name).write_text(program(name), encoding="utf-8")
    command = [sys.executable, name] if name.endswith(".py") else [_node(), name]
    bare = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    done = subprocess.run(
        command, cwd=folder, env=bare | environment, input=lines, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _node() -> str:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed (Debian: apt-get install nodejs)")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    if int(version.strip("v \n").partition(".")[0]) < 18:
        pytest.skip(f"node {version.strip()} has no fetch: 18 or newer is needed")
    return node


def _install_node_packages(folder: Path) -> None:
    """The pinned ones, or a skip that says what stood in the way."""
    _node()
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed, so amqplib cannot be")
    for file in NODE_PACKAGES.glob("package*.json"):
        shutil.copy(file, folder)
    command = [npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries=0"]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=NPM_SECONDS)
    except subprocess.TimeoutExpired:
        pytest.skip(f"the npm registry did not deliver amqplib within {NPM_SECONDS} s")
    if done.returncode:
        pytest.skip(f"npm could not install amqplib: {done.stderr.strip()[-300:]}")


def a_file(team: str) -> str:
    """A conversation with many messages, and as many people who write once."""
    long = f"long-{team}"
    lines = [conversation_event(phone=a_mobile(), team=team, conversation=long, source=SOURCE)]
    while len(lines) < EVENTS:
        lines.append(conversation_event("message", conversation=long, source=SOURCE))
        lines.append(conversation_event(phone=a_mobile(), team=team, source=SOURCE))
    return "".join(json.dumps(event) + "\n" for event in lines[:EVENTS])


def assert_all_arrived(agent: Api, lines: str) -> None:
    """Each person once, each message of the long conversation once."""
    events = [json.loads(line) for line in lines.splitlines()]
    people = sum(event["type"] == "conversation.started.v1" for event in events)
    customers = eventually(
        lambda: (found := agent.every("/v1/customers", limit=200)) and len(found) >= people and found,
        within=60,
        every=0.5,
    )
    assert len(customers) == people
    phone = events[0]["data"]["contact"]["identities"][0]["value"]
    [writer] = [customer for customer in customers if customer["whatsapp"] == phone]
    messages = agent.every(f"/v1/customers/{writer['id']}/history", kind="message", limit=200)
    assert len(messages) == EVENTS - people + 1


def test_the_first_example_makes_a_customer(system: RunningSystem, admin: Api, tmp_path: Path):
    run("first.py", tmp_path, {"CRM_CONNECTOR_AMQP_URL": system.amqp_url_connector})

    def ana() -> list[dict]:
        found = admin.get("/v1/customers", q="5511987654321").raise_for_status().json()["data"]
        return [customer for customer in found if customer["name"] == "Ana Souza"]

    [customer] = eventually(ana)
    assert customer["whatsapp"] == "+5511987654321"


def test_python_publishes_a_file_over_amqp(system: RunningSystem, company: Company, tmp_path: Path):
    team = company.team()
    lines = a_file(team)

    run("over_amqp.py", tmp_path, {"CRM_CONNECTOR_AMQP_URL": system.amqp_url_connector}, lines)

    assert_all_arrived(company.agent(team), lines)


def test_node_publishes_a_file_over_amqp(system: RunningSystem, company: Company, tmp_path: Path):
    _install_node_packages(tmp_path)
    team = company.team()
    lines = a_file(team)

    run("over_amqp.mjs", tmp_path, {"CRM_CONNECTOR_AMQP_URL": system.amqp_url_connector}, lines)

    assert_all_arrived(company.agent(team), lines)


@pytest.mark.parametrize("name", ["over_http.py", "over_http.mjs"])
def test_a_file_is_posted_and_posted_again(
    system: RunningSystem, company: Company, admin: Api, tmp_path: Path, name: str
):
    team = company.team()
    lines, environment = a_file(team), _with_a_key(system, admin)

    first = run(name, tmp_path, environment, lines)
    second = run(name, tmp_path, environment, lines)

    assert sum(map(int, re.findall(r"accepted\W+(\d+)", first))) == EVENTS
    assert sum(map(int, re.findall(r"repeated\W+(\d+)", second))) == EVENTS
    assert_all_arrived(company.agent(team), lines)


@pytest.mark.parametrize("name", ["over_http.py", "over_http.mjs"])
def test_a_refused_file_is_not_tried_again(system: RunningSystem, admin: Api, tmp_path: Path, name: str):
    bad = json.dumps({**conversation_event(source=SOURCE), "type": 7}) + "\n"

    with pytest.raises(AssertionError, match="/0/type"):
        run(name, tmp_path, _with_a_key(system, admin), bad)


def test_requests_are_taken_and_answered(system: RunningSystem, company: Company, tmp_path: Path):
    agent = company.agent(company.team())
    source = {"channel": "whatsapp", "source": SOURCES["pt"]}
    contacts = ({"whatsapp": a_mobile()}, {"phone": a_mobile()})
    customers = [agent.created("/v1/customers", {"name": "Ana", **contact})["id"] for contact in contacts]
    (tmp_path / "take_requests.py").write_text(program("take_requests.py"), encoding="utf-8")
    environment = {
        "PATH": os.environ["PATH"],
        "CRM_CONNECTOR_AMQP_URL": system.amqp_url_connector,
        "CRM_CONNECTOR_QUEUE": "connector-demo.requests",
    }
    taker = subprocess.Popen([sys.executable, "take_requests.py"], cwd=tmp_path, env=environment)
    try:
        asked = [agent.post(f"/v1/customers/{each}/conversations", source) for each in customers]
        paths = [answer.headers["Location"] for answer in asked]
        eventually(lambda: [agent.get(path).json()["state"] for path in paths] == ["started", "refused"])
        assert agent.get(paths[1]).json()["reason"] == "not_on_channel"
        assert taker.poll() is None
    finally:
        taker.kill()
        taker.wait()


def _with_a_key(system: RunningSystem, admin: Api) -> dict[str, str]:
    body = {"name": "pasted", "role": "connector", "source": SOURCE, "teams": []}
    return {"CRM_URL": system.url, "CRM_CONNECTOR_KEY": admin.created("/v1/api-keys", body)["token"]}
