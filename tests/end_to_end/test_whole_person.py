"""Everything about one person: what channels tell, what people write down, what they have to do."""

from __future__ import annotations

import secrets
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import kombu

from deploy.local.system import RunningSystem
from tests.support.api import Api, Company, a_mobile
from tests.support.events import conversation_event, identity_event
from tests.support.waiting import eventually

PART_DEADLINE = 2.0
USUAL = ["appointment", "purchase", "conversation", "note", "change"]


def a_customer(agent: Api, team: str, phone: str | None = None) -> str:
    body = {"name": "Ana Souza", "teams": [team], "whatsapp": phone or a_mobile()}
    return agent.created("/v1/customers", body)["id"]


def tell(system: RunningSystem, company: Company, *events: dict) -> None:
    answer = company.admin.post("/v1/events", list(events))
    assert answer.status_code == 202, answer.text


def a_day(system: RunningSystem, company: Company, agent: Api, team: str) -> str:
    """A customer with one item of each kind; the appointment is tomorrow."""
    phone, now = a_mobile(), datetime.now(UTC)
    customer = a_customer(agent, team, phone)
    agent.created(f"/v1/customers/{customer}/notes", {"body": "Prefers mornings", "pinned": True})
    visit = {"id": secrets.token_hex(6), "starts_at": (now + timedelta(days=1)).isoformat(), "team": team}
    purchase = {"id": secrets.token_hex(6), "at": (now + timedelta(minutes=2)).isoformat(), "team": team}
    tell(
        system,
        company,
        conversation_event(phone=phone, team=team, at=now + timedelta(minutes=1)),
        identity_event("appointment.scheduled.v1", phone=phone, appointment=visit),
        identity_event(
            "purchase.recorded.v1", phone=phone, purchase={**purchase, "amount": "123.40", "currency": "BRL"}
        ),
    )
    history = f"/v1/customers/{customer}/history"
    eventually(lambda: len(agent.every(history)) >= len(USUAL), within=20)
    return customer


def test_a_persons_day_is_one_history_and_one_profile(system: RunningSystem, company: Company):
    team = company.team()
    agent = company.agent(team)
    customer = a_day(system, company, agent, team)
    history = f"/v1/customers/{customer}/history"

    whole = agent.every(history)
    assert [item["kind"] for item in whole] == USUAL
    assert agent.every(history, limit=2) == whole
    assert {item["kind"] for item in agent.every(history, kind="note,purchase", limit=1)} == {
        "note",
        "purchase",
    }
    assert agent.every(history, kind="message")[0]["preview"] == "Oi!"
    assert [item["kind"] for item in agent.every(history, since=whole[1]["at"])] == USUAL[:2]
    assert [item["kind"] for item in agent.every(history, until=whole[1]["at"])] == USUAL[2:]

    profile = agent.get(f"/v1/customers/{customer}/profile").json()
    assert (profile["missing"], profile["customer"]["id"]) == ([], customer)
    assert profile["counters"]["purchase_totals"] == [{"currency": "BRL", "amount": "123.40", "purchases": 1}]
    assert profile["counters"]["notes"] == 1
    assert profile["pinned_notes"][0]["body"] == "Prefers mornings"
    assert [item["kind"] for item in profile["latest"]["upcoming_appointments"]] == ["appointment"]


def test_a_note_is_read_by_its_team_alone_wherever_it_is_shown(system: RunningSystem, company: Company):
    sales, support = company.team(), company.team()
    seller, helper = company.agent(sales), company.agent(sales, support)
    customer = company.admin.created("/v1/customers", {"name": "Rui", "teams": [sales, support]})["id"]
    notes = f"/v1/customers/{customer}/notes"

    of_sales = seller.created(notes, {"body": "Wants a discount"})
    assert of_sales["team"] == sales
    assert helper.post(notes, {"body": "Which team?"}).json()["errors"][0]["code"] == "team_required"
    of_support = helper.created(notes, {"body": "Broken screen", "team": support})
    of_nobody = company.admin.created(notes, {"body": "Lawyers called"})

    def seen(reader: Api) -> list[str]:
        listed = [note["id"] for note in reader.every(notes)]
        feed = [item["id"] for item in reader.every(f"/v1/customers/{customer}/history", kind="note")]
        assert listed == feed
        assert reader.get(f"/v1/customers/{customer}/profile").json()["counters"]["notes"] == len(listed)
        return listed

    assert seen(seller) == [of_sales["id"]]
    assert seen(helper) == [of_support["id"], of_sales["id"]]
    assert seen(company.admin) == [of_nobody["id"], of_support["id"], of_sales["id"]]
    assert seller.get(f"/v1/notes/{of_support['id']}").status_code == 404
    assert seller.patch(f"/v1/notes/{of_sales['id']}", {"pinned": True}, If_Match='"1"').status_code == 200
    assert seller.patch(f"/v1/notes/{of_sales['id']}", {"pinned": False}, If_Match='"1"').status_code == 412

    assert company.admin.delete(f"/v1/teams/{support}").json()["notes"]["value"] == 1
    moved = company.admin.http.delete(f"/v1/teams/{support}", params={"move_to": sales})
    assert moved.status_code == 204, moved.text
    assert of_support["id"] in seen(seller)


def test_a_task_is_done_by_whoever_is_responsible(company: Company):
    team, other = company.team(), company.team()
    author, colleague = company.agent(team), company.agent(team)
    customer = a_customer(author, team)
    due = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    body = {"title": "Call back", "due_at": due, "responsible": colleague.user_id}
    task = author.created(f"/v1/customers/{customer}/tasks", body)
    address = f"/v1/tasks/{task['id']}"

    assert [each["id"] for each in colleague.every("/v1/tasks", mine="true", overdue="true")] == [task["id"]]
    assert author.every("/v1/tasks", mine="true") == []
    assert [each["id"] for each in author.every("/v1/tasks", team="true")] == [task["id"]]
    assert author.get(f"/v1/customers/{customer}/profile").json()["counters"]["open_tasks"] == 1
    comment = colleague.created(f"{address}/comments", {"body": "Nobody answered"})
    assert author.every(f"{address}/comments") == [comment]

    assert company.admin.patch(f"/v1/customers/{customer}", {"teams": [other]}).status_code == 200
    assert author.get(address).status_code == 404
    limited = colleague.get(address).json()
    assert (limited["title"], limited["customer"], limited["limited"]) == ("Call back", None, True)
    done = colleague.patch(address, {"status": "done"})
    assert (done.status_code, done.json()["overdue"]) == (200, False)
    assert [change["field"] for change in company.admin.every(f"{address}/changes")] == ["status"]


def test_while_a_service_is_away_the_rest_is_served_in_time(system: RunningSystem, company: Company):
    team = company.team()
    agent = company.agent(team)
    customer = f"/v1/customers/{a_day(system, company, agent, team)}"
    with silent(system, "tasks"):
        for part, missing in (("profile", ["notes", "tasks"]), ("history", ["notes"])):
            started = time.monotonic()
            answer = agent.get(f"{customer}/{part}")
            assert (answer.status_code, answer.json()["missing"]) == (200, missing)
            assert time.monotonic() - started < PART_DEADLINE + 1
        assert agent.get(f"{customer}/history", kind="change").json()["missing"] == []
    with silent(system, "dedup"):
        profile = agent.get(f"{customer}/profile").json()
        assert (profile["missing"], "possible_duplicates" in profile) == (["possible_duplicates"], False)
    eventually(lambda: agent.get(f"{customer}/profile").json()["missing"] == [], within=20)


def test_dead_letters_of_all_services_are_one_list(system: RunningSystem, company: Company):
    dead = "/v1/dead-letters"
    known = {letter["id"] for letter in company.admin.every(dead)}
    tell(system, company, conversation_event() | {"type": "conversation.started.v9"})
    with kombu.Connection(
        system.amqp_url_operator, transport_options={"confirm_publish": True}
    ) as connection:
        exchange = kombu.Exchange("crm.events", type="topic", no_declare=True)
        producer = kombu.Producer(connection.channel(), exchange=exchange, auto_declare=False)
        producer.publish(
            b"{", routing_key="directory.changed.v1", content_type="application/json", delivery_mode=2
        )

    def fresh(**query: str) -> list[dict]:
        return [letter for letter in company.admin.every(dead, **query) if letter["id"] not in known]

    # All of them hear of the directory.
    eventually(lambda: len(fresh()) == 4, within=20)
    letters = fresh()
    assert sorted(letter["service"] for letter in letters) == ["customers", "customers", "dedup", "tasks"]
    assert [each["id"] for each in fresh(limit="1")] == [each["id"] for each in letters]
    assert {letter["service"] for letter in fresh(service="tasks")} == {"tasks"}
    of_tasks = next(letter for letter in letters if letter["service"] == "tasks")
    assert company.admin.post(f"{dead}/{of_tasks['id']}/replay").status_code == 202
    again = eventually(lambda: [x for x in fresh(service="tasks") if x["id"] != of_tasks["id"]], within=20)
    for letter in [*(letter for letter in letters if letter["id"] != of_tasks["id"]), *again]:
        assert company.admin.delete(f"{dead}/{letter['id']}").status_code == 204
    assert fresh() == []


@contextmanager
def silent(system: RunningSystem, process: str) -> Iterator[None]:
    """A process that is there and says nothing."""
    system.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        system.kill(process, signal.SIGCONT)
