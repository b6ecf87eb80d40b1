"""S-05, S-10: a file is handed out to who may see all of it when they ask, whatever was so before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from deploy.local.system import RunningSystem
from tests.security.canaries import Canary, a_word, hits, of_number, of_word
from tests.security.company_settings import hidden_contact_data
from tests.security.door import Answer, Request, Send
from tests.security.file_requests import csv_of, exported, upload
from tests.security.file_samples import FILE_SAMPLES
from tests.security.filed import imported
from tests.security.known import ADMIN, AGENTS, World
from tests.security.world import Founder
from tests.support.api import Api

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]

SEED = 10
AGENT, OTHER = AGENTS[0], AGENTS[1]
FORMATS = ("csv", "xlsx", "json")


@pytest.fixture(scope="module")
def canaries(founder: Founder) -> list[Canary]:
    """Of a customer of team 1, in every kind of address."""
    phone, email, platform = founder.people.phone(), a_word(), a_word()
    body = {"name": "Canary", "phone": phone, "email": f"{email}@example.com"}
    points = [{"kind": "telegram", "scope": "main", "value": platform}]
    founder.customer("canary", {**body, "teams": [founder.world.teams["1"]], "contact_points": points})
    return [of_number("phone", phone), of_word("e-mail", email), of_word("telegram", platform)]


def file_of(send: Send, world: World, caller: str, format: str) -> tuple[Request, Answer]:
    """An export of the canary from the wish to the file; and the request for that file."""
    play = exported({"format": format, "selection": {"ids": world.customers["canary"]}})
    request = next(play)
    while True:
        answer = send(request, caller)
        if request.operation == "get_export_file" or answer.status >= 400:
            return request, answer
        request = play.send(answer)


@pytest.mark.parametrize("format", FORMATS)
def test_a_file_made_for_a_masked_agent_has_no_address(
    send: Send, admin: Api, world: World, canaries: list[Canary], format: str
):
    request, shown = file_of(send, world, AGENT, format)
    assert hits(canaries, shown) == canaries, "the control: what is searched for would be found"
    with hidden_contact_data(admin):
        own, masked = file_of(send, world, AGENT, format)
        assert (masked.status, hits(canaries, masked)) == (200, [])
        assert "Canary" in masked.text()
        # Nor is one handed out that was made before.
        assert send(request, AGENT).status == 403
        assert send(request, ADMIN).status == 200
        assert hits(canaries, file_of(send, world, ADMIN, format)[1]) == canaries
    assert send(own, AGENT).status == 200


def test_columns_with_addresses_are_refused_to_masked_agents(
    send: Send, admin: Api, world: World, canaries: list[Canary]
):
    with hidden_contact_data(admin):
        for column in ("email", "phone", "whatsapp", "phones", "telegram", "external"):
            asked = Request("create_export", body={"format": "csv", "columns": ["id", column]})
            answer = send(asked, AGENT)
            assert (answer.status, answer.json()["errors"][0]["code"]) == (422, "field_hidden"), column


def test_masked_agents_do_not_import_nor_see_what_they_imported(
    send: Send, system: RunningSystem, admin: Api, founder: Founder, world: World
):
    phone = founder.people.phone()
    with Api(system.url, world.tokens[AGENT]) as agent:
        there = {"import_id": imported(agent, csv_of(("Name", "Phone"), ("", phone)))}
    looks = ["get_import", "list_import_rows", "get_import_file", "get_refused_csv", "get_refused_xlsx"]
    assert all(phone in send(Request(look, there), AGENT).text() for look in looks[1:])
    with hidden_contact_data(admin):
        for request in [*_everything_about(world, there["import_id"]), upload(b"Name\r\nAna")]:
            answer = send(request, AGENT)
            assert (answer.status, answer.json()["code"]) == (403, "contact_data_hidden"), request


def test_whoever_left_a_team_gets_no_file_with_its_customers(
    send: Send, admin: Api, world: World, canaries: list[Canary]
):
    request, file = file_of(send, world, OTHER, "csv")
    assert file.status == 200
    membership = f"/v1/teams/{world.teams['1']}/members/{world.users[OTHER]}"
    admin.delete(membership).raise_for_status()
    try:
        assert send(request, OTHER).status == 403
        assert send(request, ADMIN).status == 200
    finally:
        admin.put(membership).raise_for_status()


@pytest.mark.parametrize(
    ("setting", "code", "request_of"),
    [
        ("agents_may_export", "exports_forbidden", lambda: Request("create_export", body={"format": "csv"})),
        ("agents_may_import", "imports_forbidden", lambda: upload(b"Name\r\nAna")),
    ],
)
def test_agents_may_only_while_the_settings_say_so(
    send: Send, admin: Api, setting: str, code: str, request_of: Callable[[], Request]
):
    _set(admin, {setting: False})
    try:
        answer = send(request_of(), AGENT)
        assert (answer.status, answer.json()["code"]) == (403, code)
        assert send(request_of(), ADMIN).status == 202
    finally:
        _set(admin, {setting: True})
    assert send(request_of(), AGENT).status == 202


def test_what_an_agent_imported_and_exported_is_nobody_elses(
    send: Send, system: RunningSystem, world: World, canaries: list[Canary]
):
    request, _ = file_of(send, world, AGENT, "csv")
    made = send(upload(b"Name\r\nAna"), AGENT).json()["id"]
    for there in (request, Request("get_import_file", {"import_id": made})):
        assert [send(there, caller).status for caller in (AGENT, OTHER, ADMIN)] == [200, 404, 200]


def _everything_about(world: World, import_id: str) -> Iterator[Request]:
    """Each operation on an import that agents have."""
    samples = [sample for name, sample in FILE_SAMPLES.items() if "export" not in name]
    for request in (sample(world) for sample in samples):
        if "import_id" in request.path and request.operation != "decide_import_row":
            yield replace(request, path={**request.path, "import_id": import_id})


def _set(admin: Api, settings: dict[str, Any]) -> None:
    admin.patch("/v1/settings/customers", settings, If_Match="*").raise_for_status()
